import { useQuery } from "@tanstack/react-query";
import { BellRing, CalendarPlus, ListPlus, Sunrise } from "lucide-react";
import { useNow } from "../lib/clock";
import { eventsQuery, remindersQuery, tasksQuery } from "../lib/queries";
import { clockTime, dayOf, hourIn } from "../lib/time";
import type { Me } from "../lib/types";

const TWO_IN_THE_AFTERNOON = new Date("2024-01-01T14:00:00Z");

const suggestions = () => [
  { icon: CalendarPlus, tint: "text-event", text: `Schedule a meeting with John tomorrow at ${clockTime(TWO_IN_THE_AFTERNOON, "UTC")}` },
  { icon: BellRing, tint: "text-reminder", text: "Remind me to call mum in 45 minutes" },
  { icon: ListPlus, tint: "text-task", text: "Add milk to my tasks" },
  { icon: Sunrise, tint: "text-muted", text: "What's on tomorrow?" },
];

/** What the server calls its owner until they tell their name: a role, so nobody is greeted by it. */
const NO_NAME = "Owner";

function greeting(hour: number): string {
  if (hour < 5) return "Still up";
  if (hour < 12) return "Good morning";
  if (hour < 18) return "Good afternoon";
  return "Good evening";
}

function count(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

/** "2 events today, 3 open tasks and 1 reminder waiting." Nothing until everything is known: no half truths. */
function useGlance(zone: string, now: number): string {
  const today = dayOf(new Date(now), zone);
  const events = useQuery(eventsQuery(today, zone)).data;
  const tasks = useQuery(tasksQuery).data;
  const reminders = useQuery(remindersQuery).data;
  if (!events || !tasks || !reminders) return "";
  const left = events.filter((event) => dayOf(new Date(event.start_time), zone) === today && Date.parse(event.end_time) > now).length;
  const parts = [
    left > 0 ? `${count(left, "event", "events")} ahead today` : "",
    tasks.total > 0 ? count(tasks.total, "open task", "open tasks") : "",
    reminders.total > 0 ? `${count(reminders.total, "reminder", "reminders")} waiting` : "",
  ].filter(Boolean);
  if (parts.length === 0) return "Nothing is waiting for you. Enjoy the quiet.";
  const last = parts.pop() ?? "";
  return `${parts.length > 0 ? `${parts.join(", ")} and ${last}` : last}.`;
}

export function EmptyChat({ me, onPick }: { me: Me; onPick: (text: string) => void }) {
  const now = useNow(60_000);
  const glance = useGlance(me.timezone, now);
  const first = me.full_name?.trim().split(/\s+/)[0];
  const name = first === NO_NAME ? "" : first;
  return (
    <div className="flex min-h-full flex-col justify-center py-8">
      <h2 className="text-3xl leading-tight font-bold tracking-tight text-balance sm:text-4xl">
        {greeting(hourIn(new Date(now), me.timezone))}
        {name ? `, ${name}` : ""}.
      </h2>
      <p className="mt-2 min-h-7 text-lg text-muted">{glance}</p>
      <h3 className="mt-8 text-sm font-semibold text-muted">Say it the way you think it</h3>
      <ul className="mt-3 grid gap-2 sm:grid-cols-2">
        {suggestions().map(({ icon: Icon, tint, text }) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => onPick(text)}
              className="flex h-full min-h-14 w-full items-center gap-3 rounded-2xl border border-line bg-surface px-4 py-3 text-left leading-snug transition-colors hover:border-accent"
            >
              <Icon className={`size-5 shrink-0 ${tint}`} aria-hidden="true" />
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
