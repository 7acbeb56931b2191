import { useQuery } from "@tanstack/react-query";
import { Trouble } from "../components/form";
import { Failed, Quiet, Waiting } from "../components/Section";
import { Sheet } from "../components/Sheet";
import type { Listed, OutboxLetter } from "../lib/account";
import { ApiError, get } from "../lib/api";
import { trouble } from "../lib/text";
import { clockTime, relativeDay } from "../lib/time";
import type { Me } from "../lib/types";

const LINK = /(https?:\/\/\S+)/;

/** Plain text; its links can be followed. */
function Body({ text }: { text: string }) {
  return (
    <p className="break-words whitespace-pre-line">
      {text.trim().split(LINK).map((part, index) =>
        LINK.test(part) ? (
          <a key={index} href={part} className="link break-all">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}

function Letter({ letter, zone }: { letter: OutboxLetter; zone: string }) {
  const at = new Date(letter.created_at);
  return (
    <li className="card space-y-2 p-5">
      <h2 className="font-bold break-words">{letter.subject || "Text message"}</h2>
      <p className="text-sm break-words text-muted">{`To ${letter.to} · ${relativeDay(at, zone, new Date())}, ${clockTime(at, zone)}`}</p>
      <Body text={letter.body} />
    </li>
  );
}

function List({ me }: { me: Me }) {
  const letters = useQuery({ queryKey: ["outbox"], queryFn: ({ signal }) => get<Listed<OutboxLetter>>("/ui/outbox", signal) });
  if (letters.isPending) return <Waiting />;
  if (letters.error instanceof ApiError && letters.error.status === 403) return <Trouble text={trouble(letters.error)} />;
  if (!letters.data) return <Failed what="The outbox" onRetry={() => void letters.refetch()} />;
  if (letters.data.items.length === 0) return <Quiet>Nothing has been sent.</Quiet>;
  return (
    <ul aria-label="Letters" className="space-y-4">
      {letters.data.items.map((one) => (
        <Letter key={one.id} letter={one} zone={me.timezone} />
      ))}
    </ul>
  );
}

export function Outbox() {
  return (
    <Sheet title="Outbox">
      {(me) => (
        <>
          <p className="text-muted">Mails and texts that this server has kept to itself, because it knows nobody who carries them.</p>
          <List me={me} />
        </>
      )}
    </Sheet>
  );
}
