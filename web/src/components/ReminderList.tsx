import { useQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import { useEffect } from "react";
import { useNow } from "../lib/clock";
import { refreshPanel, remindersQuery } from "../lib/queries";
import { capital } from "../lib/text";
import { clockTime, countdown, relativeDay } from "../lib/time";
import type { Reminder } from "../lib/types";
import { Failed, Quiet, Section, Waiting } from "./Section";

/**
 * Ticks by itself, so that a second renders one small text and not the panel. `coarse` leaves the seconds out until the
 * last minute: one ticking thing in sight is enough.
 */
export function Countdown({ to, coarse = false, className = "" }: { to: string; coarse?: boolean; className?: string }) {
  const now = useNow();
  return (
    <span role="timer" className={`tabular-nums ${className}`}>
      {countdown(Date.parse(to), now, coarse)}
    </span>
  );
}

function Row({ reminder, zone, now }: { reminder: Reminder; zone: string; now: Date }) {
  const due = new Date(reminder.due_at);
  return (
    <li className="flex gap-3 py-1.5 leading-snug">
      <span className="grid size-8 shrink-0 place-items-center rounded-lg bg-reminder-soft text-reminder">
        <Bell className="size-4" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="break-words">{capital(reminder.text)}</p>
        <p className="text-sm text-muted tabular-nums">
          <Countdown to={reminder.due_at} className="font-semibold text-reminder" />
          {` · ${relativeDay(due, zone, now)}, ${clockTime(due, zone)}`}
        </p>
      </div>
    </li>
  );
}

export function ReminderList({ zone, nowMs }: { zone: string; nowMs: number }) {
  const reminders = useQuery(remindersQuery);
  const items = reminders.data?.items ?? [];
  const nextDue = items[0]?.due_at;

  // The moment a reminder is due, ask what became of it instead of waiting for the next poll.
  useEffect(() => {
    const waitMs = nextDue ? Date.parse(nextDue) - Date.now() : -1;
    if (waitMs < 0 || waitMs > 86_400_000) return;
    const timer = setTimeout(refreshPanel, waitMs + 700);
    return () => clearTimeout(timer);
  }, [nextDue]);

  return (
    <Section id="reminders-title" title="Reminders" note={items.length > 0 ? String(reminders.data?.total ?? "") : ""}>
      {reminders.isPending && <Waiting />}
      {reminders.error && !reminders.data && <Failed what="Your reminders" onRetry={() => void reminders.refetch()} />}
      {reminders.data && items.length === 0 && <Quiet>Nothing will interrupt you.</Quiet>}
      <ul aria-labelledby="reminders-title">
        {items.map((reminder) => (
          <Row key={reminder.id} reminder={reminder} zone={zone} now={new Date(nowMs)} />
        ))}
      </ul>
    </Section>
  );
}
