import { clockTime, dayOf } from "../lib/time";
import type { CalendarEvent } from "../lib/types";

/** Who else is there, without those the title names already. */
function names(event: CalendarEvent): string {
  const title = event.title.toLowerCase();
  const people = event.attendees
    .map((one) => one.name || one.email || "")
    .filter((name) => name !== "" && !title.includes(name.toLowerCase()));
  if (people.length > 3) return `${people.slice(0, 2).join(", ")} and ${people.length - 2} more`;
  return people.join(", ");
}

/** Whole days say so; an event that began before today or ends after it shows only what belongs here. */
function span(event: CalendarEvent, zone: string): [string, string] {
  const start = new Date(event.start_time);
  const end = new Date(event.end_time);
  const hours = (end.getTime() - start.getTime()) / 3_600_000;
  const midnight = clockTime(start, zone) === clockTime(new Date(Date.parse(`${dayOf(start, zone)}T00:00:00Z`)), "UTC");
  if (midnight && hours >= 23) return ["All day", ""];
  return [clockTime(start, zone), clockTime(end, zone)];
}

function Row({ event, zone, nowMs }: { event: CalendarEvent; zone: string; nowMs: number }) {
  const [from, to] = span(event, zone);
  const past = Date.parse(event.end_time) <= nowMs;
  const running = !past && Date.parse(event.start_time) <= nowMs;
  const detail = [event.location, names(event)].filter(Boolean).join(" · ");
  return (
    <li className="flex gap-3 py-1.5">
      <div className="w-20 shrink-0 leading-snug whitespace-nowrap tabular-nums">
        <span className={past ? "text-muted" : "font-semibold"}>{from}</span>
        {to && <span className="block text-sm text-muted">{to}</span>}
      </div>
      <div className={`w-1 shrink-0 rounded-full ${past ? "bg-line" : "bg-event"}`} aria-hidden="true" />
      <div className="min-w-0 flex-1 leading-snug">
        <p className={`break-words ${past ? "text-muted" : "font-semibold"}`}>
          {event.title}
          {running && <span className="ml-2 rounded-md bg-event px-1.5 py-0.5 text-xs font-bold text-accent-ink">Now</span>}
          {past && <span className="sr-only"> (over)</span>}
          {event.status === "tentative" && <span className="ml-2 text-sm font-normal text-muted">tentative</span>}
        </p>
        {detail && <p className="text-sm break-words text-muted">{detail}</p>}
      </div>
    </li>
  );
}

export function EventList({ events, zone, nowMs, label }: { events: CalendarEvent[]; zone: string; nowMs: number; label: string }) {
  return (
    <ul aria-label={label}>
      {events.map((event) => (
        <Row key={event.id} event={event} zone={zone} nowMs={nowMs} />
      ))}
    </ul>
  );
}
