import { useQuery } from "@tanstack/react-query";
import { Bell, CalendarDays, Coffee } from "lucide-react";
import { useNow } from "../lib/clock";
import { eventsQuery, remindersQuery } from "../lib/queries";
import { capital } from "../lib/text";
import { clockTime, dayOf, relativeDay } from "../lib/time";
import { Countdown } from "./ReminderList";

/** Always there and never lower than this, so that what is below it stays where it is. */
const card = "flex min-h-[6.75rem] flex-col justify-center rounded-2xl p-4";

/** The one thing that comes next, event or reminder: for a head that can hold only one. */
export function NextUp({ zone }: { zone: string }) {
  const now = useNow(10_000);
  const events = useQuery(eventsQuery(dayOf(new Date(now), zone), zone)).data;
  const reminders = useQuery(remindersQuery).data?.items;
  const next = [
    ...(events ?? []).map((event) => ({ kind: "event" as const, title: event.title, at: event.start_time })),
    ...(reminders ?? []).map((reminder) => ({ kind: "reminder" as const, title: reminder.text, at: reminder.due_at })),
  ]
    .filter((one) => Date.parse(one.at) > now)
    .sort((one, two) => Date.parse(one.at) - Date.parse(two.at))[0];
  if (!next) {
    return (
      <section aria-labelledby="next-title" className={`${card} bg-sunken text-muted`}>
        <h3 id="next-title" className="flex items-center gap-2 text-sm font-bold">
          <Coffee className="size-4" aria-hidden="true" />
          Next
        </h3>
        <p className="mt-1 min-h-6 text-lg leading-snug text-ink">{events && reminders ? "Nothing planned." : ""}</p>
      </section>
    );
  }
  const Icon = next.kind === "event" ? CalendarDays : Bell;
  const tint = next.kind === "event" ? "bg-event-soft text-event" : "bg-reminder-soft text-reminder";
  const at = new Date(next.at);
  return (
    <section aria-labelledby="next-title" className={`${card} ${tint}`}>
      <h3 id="next-title" className="flex items-center gap-2 text-sm font-bold">
        <Icon className="size-4" aria-hidden="true" />
        Next
      </h3>
      <p className="mt-1 text-lg leading-snug font-bold break-words text-ink">{capital(next.title)}</p>
      <p className="mt-1 flex flex-wrap items-baseline justify-between gap-x-3">
        <Countdown to={next.at} coarse className="font-bold" />
        <span className="text-sm text-ink tabular-nums">{`${relativeDay(at, zone, new Date(now))}, ${clockTime(at, zone)}`}</span>
      </p>
    </section>
  );
}
