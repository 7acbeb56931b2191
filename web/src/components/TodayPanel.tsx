import { useQuery } from "@tanstack/react-query";
import { useNow } from "../lib/clock";
import { eventsQuery } from "../lib/queries";
import { addDays, dayOf, longDate } from "../lib/time";
import type { CalendarEvent } from "../lib/types";
import { EventList } from "./EventList";
import { NextUp } from "./NextUp";
import { ReminderList } from "./ReminderList";
import { Failed, Quiet, Section, Waiting } from "./Section";
import { TaskList } from "./TaskList";

interface DayProps {
  id: string;
  title: string;
  events: CalendarEvent[] | undefined;
  failed: boolean;
  empty: string;
  zone: string;
  nowMs: number;
  onRetry: () => void;
}

function Day({ id, title, events, failed, empty, zone, nowMs, onRetry }: DayProps) {
  return (
    <Section id={id} title={title}>
      {!events && !failed && <Waiting />}
      {!events && failed && <Failed what="Your calendar" onRetry={onRetry} />}
      {events?.length === 0 && <Quiet>{empty}</Quiet>}
      {events && events.length > 0 && <EventList events={events} zone={zone} nowMs={nowMs} label={`Events ${title.toLowerCase()}`} />}
    </Section>
  );
}

/** What is on, what is open and what will remind: one look, no clicking. */
export function TodayPanel({ zone }: { zone: string }) {
  const nowMs = useNow(30_000);
  const now = new Date(nowMs);
  const today = dayOf(now, zone);
  const tomorrow = addDays(today, 1);
  const events = useQuery(eventsQuery(today, zone));
  const on = (day: string): CalendarEvent[] | undefined =>
    events.data?.filter((event) => {
      const starts = dayOf(new Date(event.start_time), zone);
      // An event that began earlier and still runs belongs to today.
      return starts === day || (day === today && starts < today && Date.parse(event.end_time) > nowMs);
    });
  const common = { failed: events.isError, zone, nowMs, onRetry: () => void events.refetch() };
  return (
    <div className="space-y-6 p-5">
      <h2 className="text-xl leading-tight font-bold tracking-tight">{longDate(now, zone)}</h2>
      <NextUp zone={zone} />
      <Day id="today-title" title="Today" events={on(today)} empty="Nothing on the calendar today." {...common} />
      <Day id="tomorrow-title" title="Tomorrow" events={on(tomorrow)} empty="Tomorrow is free." {...common} />
      <TaskList zone={zone} nowMs={nowMs} />
      <ReminderList zone={zone} nowMs={nowMs} />
    </div>
  );
}
