/** Dates and times in the account's time zone, whatever zone the browser is in. A "day" is `YYYY-MM-DD`. */

const dayParts = new Map<string, Intl.DateTimeFormat>();

function formatter(key: string, options: Intl.DateTimeFormatOptions, locale: string): Intl.DateTimeFormat {
  const id = `${locale}|${key}`;
  let found = dayParts.get(id);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    dayParts.set(id, found);
  }
  return found;
}

/** The account's language tag, which also decides how the assistant writes dates and times; the account's default. */
let language = "en-US";

/** Dates and times are from now on written as the assistant writes them for an account of this language. */
export function speakAs(tag: string): void {
  language = tag;
}

/** "Tuesday, January 16" rather than "Tuesday 16 January". The assistant's own rule: `steward.nlu.speaking`. */
function monthFirst(): boolean {
  return /-(us|ca|ph)$/i.test(language);
}

/** English wording, because the app speaks English, in the order of day and month that the account is used to. */
function localeTag(): string {
  return monthFirst() ? "en-US" : "en-GB";
}

export function browserLanguage(): string {
  return navigator.language;
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Returns the zone, or UTC where this browser does not know it. */
export function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

export function dayOf(instant: Date, zone: string): string {
  return formatter(`day|${zone}`, { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(instant);
}

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** How far the zone's wall clock is ahead of UTC at this instant, in milliseconds. */
function offsetMs(instant: number, zone: string): number {
  const parts = formatter(
    `wall|${zone}`,
    { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    "en-US",
  ).formatToParts(instant);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(instant / 1000) * 1000;
}

/** Returns the instant at which the day begins in the zone; correct across summer-time changes. */
export function startOfDay(day: string, zone: string): Date {
  const wall = Date.parse(`${day}T00:00:00Z`);
  let instant = wall - offsetMs(wall, zone);
  instant = wall - offsetMs(instant, zone);
  return new Date(instant);
}

/**
 * "2 PM", "9:30 AM", "noon", or "14:30" where the account's language has 24 hours: the very words of the assistant's
 * answers, so that a time is recognised at a glance wherever it stands.
 */
export function clockTime(instant: Date, zone: string): string {
  const wall = formatter(`time|${zone}`, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "en-GB").format(instant);
  if (!monthFirst() && !/^en/i.test(language)) return wall;
  const [hour = 0, minute = 0] = wall.split(":").map(Number);
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? "midnight" : "noon";
  const minutes = minute === 0 ? "" : `:${String(minute).padStart(2, "0")}`;
  return `${hour % 12 || 12}${minutes} ${hour < 12 ? "AM" : "PM"}`;
}

/** "Tue, Jan 16" or "Tue 16 Jan", with the year only when it is not the current one. */
export function dateText(instant: Date, zone: string, now: Date = new Date()): string {
  const sameYear = dayOf(instant, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, weekday: "short", day: "numeric", month: "short" };
  if (!sameYear) options.year = "numeric";
  return formatter(`date|${zone}|${sameYear}`, options, localeTag()).format(instant);
}

/** "Tuesday, January 16" or "Tuesday 16 January" */
export function longDate(instant: Date, zone: string): string {
  return formatter(`long|${zone}`, { timeZone: zone, weekday: "long", day: "numeric", month: "long" }, localeTag()).format(instant);
}

/** "Today", "Tomorrow", "Yesterday" or a date. */
export function relativeDay(instant: Date, zone: string, now: Date): string {
  const day = dayOf(instant, zone);
  const today = dayOf(now, zone);
  if (day === today) return "Today";
  if (day === addDays(today, 1)) return "Tomorrow";
  if (day === addDays(today, -1)) return "Yesterday";
  return dateText(instant, zone, now);
}

/** The hour of the wall clock, 0 to 23. */
export function hourIn(instant: Date, zone: string): number {
  return Number(formatter(`hour|${zone}`, { timeZone: zone, hour: "numeric", hourCycle: "h23" }, "en-US").format(instant));
}

/**
 * "in 44 min 12 s", "in 2 h 5 min", "in 3 days", "now", "12 min ago". Seconds only within the hour: further away they
 * are noise. `coarse` leaves them out until the last minute.
 */
export function countdown(dueMs: number, nowMs: number, coarse = false): string {
  const seconds = Math.ceil((dueMs - nowMs) / 1000);
  if (seconds <= 0) return ago(-seconds);
  if (seconds < 60) return `in ${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return coarse ? `in ${minutes} min` : `in ${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `in ${hours} h` : `in ${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  const rest = hours % 24;
  const dayWord = days === 1 ? "day" : "days";
  return rest === 0 || days > 6 ? `in ${days} ${dayWord}` : `in ${days} ${dayWord} ${rest} h`;
}

function ago(seconds: number): string {
  if (seconds < 60) return "now";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}
