import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SquarePen } from "lucide-react";
import { useState } from "react";
import { conversationsQuery } from "../lib/queries";
import { addDays, dayOf } from "../lib/time";
import type { Conversation } from "../lib/types";
import { Failed, Quiet, Waiting } from "./Section";

const FIRST = 30;
const MOST = 100;

function group(one: Conversation, zone: string, today: string): string {
  const day = dayOf(new Date(one.last_message_at ?? one.created_at), zone);
  if (day === today) return "Today";
  if (day === addDays(today, -1)) return "Yesterday";
  return day > addDays(today, -7) ? "This week" : "Earlier";
}

const row = "flex min-h-10 items-center gap-3 rounded-xl px-3 py-2 leading-snug";

/** Earlier conversations, newest first. */
export function Conversations({ zone, onPick }: { zone: string; onPick?: () => void }) {
  const [limit, setLimit] = useState(FIRST);
  const query = useQuery(conversationsQuery(limit));
  const today = dayOf(new Date(), zone);
  const items = (query.data?.items ?? []).filter((one) => one.message_count > 0 || one.title);
  const groups = [...new Set(items.map((one) => group(one, zone, today)))];
  return (
    <nav
      aria-label="Conversations"
      className="flex min-h-0 flex-1 flex-col gap-4 p-3"
      onClick={(event) => event.target instanceof Element && event.target.closest("a") && onPick?.()}
    >
      <Link to="/" className={`${row} border border-line bg-surface font-semibold hover:border-accent`} activeOptions={{ exact: true }}>
        <SquarePen className="size-4.5 text-accent" aria-hidden="true" />
        New conversation
      </Link>
      <div className="-mx-1 min-h-0 flex-1 space-y-4 overflow-y-auto px-1 pb-4">
        {query.isPending && <Waiting />}
        {query.error && !query.data && <Failed what="Your conversations" onRetry={() => void query.refetch()} />}
        {query.data && items.length === 0 && (
          <div className="px-3">
            <Quiet>What you talk about will be kept here.</Quiet>
          </div>
        )}
        {groups.map((name) => (
          <div key={name}>
            <h2 className="px-3 pb-1 text-sm font-semibold text-muted">{name}</h2>
            <ul>
              {items
                .filter((one) => group(one, zone, today) === name)
                .map((one) => (
                  <li key={one.id}>
                    <Link
                      to="/c/$id"
                      params={{ id: one.id }}
                      className={`${row} hover:bg-sunken`}
                      activeProps={{ className: "bg-sunken font-semibold" }}
                      title={one.title ?? ""}
                    >
                      <span className="line-clamp-2 min-w-0 break-words">{one.title || "New conversation"}</span>
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
        {query.data?.has_next && limit < MOST && (
          <button
            type="button"
            className="link px-3 text-sm"
            onClick={() => setLimit(MOST)}
          >
            Show more
          </button>
        )}
      </div>
    </nav>
  );
}
