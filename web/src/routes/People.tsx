import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { SureButton, Trouble, useAction } from "../components/form";
import { Failed, Waiting } from "../components/Section";
import { Sheet } from "../components/Sheet";
import { change, type Listed, type Person } from "../lib/account";
import { ApiError, get, send } from "../lib/api";
import { queryClient } from "../lib/queries";
import { trouble } from "../lib/text";
import { dateText } from "../lib/time";
import type { Me } from "../lib/types";

const KEY = ["people"];
const A_PAGE = 20;
const ROLES = ["viewer", "user", "member", "admin"];

function readPeople(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}

/** What can be done with somebody: nothing with oneself and the owner, which the server would refuse. */
function Controls({ person }: { person: Person }) {
  const action = useAction();
  const [news, setNews] = useState("");
  const name = person.full_name || person.email || "";
  const put = async (changes: Partial<Person>): Promise<void> => {
    if (await action.run(() => send("PUT", `/api/v1/users/${person.id}`, changes))) await readPeople();
  };
  const post = async (path: string, done: string): Promise<void> => {
    setNews("");
    if (await action.run(() => change("POST", `/api/v1/users/${person.id}/${path}`, {}))) setNews(done);
  };
  return (
    <details className="w-full">
      <summary className="link w-fit cursor-pointer" aria-label={`Change ${name}`}>
        Change
      </summary>
      <div className="mt-4 space-y-4">
        <label className="flex flex-wrap items-center gap-3 font-semibold">
          Role
          <select className="field w-auto" value={person.role} aria-disabled={action.busy} onChange={(event) => void put({ role: event.target.value })}>
            {[...new Set([person.role, ...ROLES])].map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
        </label>
        <p className="flex flex-wrap gap-3">
          {person.is_active ? (
            <SureButton label="Switch off" of={name} sure="Yes, lock them out" busy={action.busy} onSure={() => void put({ is_active: false })} />
          ) : (
            <button type="button" className="secondary" aria-label={`Switch on: ${name}`} onClick={() => void put({ is_active: true })}>
              Switch on
            </button>
          )}
          <button type="button" className="secondary" aria-label={`Sign out everywhere: ${name}`} onClick={() => void post("sessions/terminate", "Signed out everywhere.")}>
            Sign out everywhere
          </button>
          <SureButton label="Reset second step" of={name} sure="Yes, they lost theirs" busy={action.busy} onSure={() => void post("mfa/reset", "Their second step is gone. They were told by mail.")} />
        </p>
        <p role="status" className="text-sm text-muted">
          {news}
        </p>
        {action.trouble && <Trouble text={action.trouble} />}
      </div>
    </details>
  );
}

function PersonRow({ person, me }: { person: Person; me: Me }) {
  const seen = person.last_login ? `last signed in ${dateText(new Date(person.last_login), me.timezone)}` : "never signed in";
  const fixed = person.id === me.id || person.role === "owner";
  return (
    <li className="py-4">
      <p className="font-semibold break-words">
        {person.full_name || person.email}
        {person.id === me.id && " (you)"}
        {!person.is_active && <span className="ml-2 rounded-lg bg-danger-soft px-2 py-0.5 text-sm text-danger">switched off</span>}
      </p>
      <p className="mb-1 text-sm break-words text-muted">{[person.full_name ? person.email : "", person.role, seen].filter(Boolean).join(" · ")}</p>
      {!fixed && <Controls person={person} />}
    </li>
  );
}

function List({ me }: { me: Me }) {
  const people = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam, signal }) => get<Listed<Person>>(`/api/v1/users?limit=${A_PAGE}&offset=${pageParam}`, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.has_next ? pages.length * A_PAGE : undefined),
  });
  if (people.isPending) return <Waiting />;
  if (people.error instanceof ApiError && people.error.status === 403) return <Trouble text={trouble(people.error)} />;
  if (!people.data) return <Failed what="The people" onRetry={() => void people.refetch()} />;
  return (
    <>
      <ul aria-label="People" className="card divide-y divide-line py-1">
        {people.data.pages.flatMap((page) => page.items).map((one) => (
          <PersonRow key={one.id} person={one} me={me} />
        ))}
      </ul>
      {people.hasNextPage && (
        <button type="button" className="secondary" onClick={() => void people.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  );
}

export function People() {
  return <Sheet title="People">{(me) => <List me={me} />}</Sheet>;
}
