/** What a key may do, in the few words that people choose from. */

const OWN = ["calendar", "chat", "notes", "notifications", "reminders", "tasks"];
const DAY = ["calendar", "notes", "reminders", "tasks"];

export interface Preset {
  name: string;
  label: string;
  /** null is all that its owner may do. */
  scopes: readonly string[] | null;
}

export const PRESETS: readonly Preset[] = [
  { name: "read", label: "Only look", scopes: ["profile:read", ...OWN.map((one) => `${one}:read`)] },
  { name: "chat", label: "Talk to Steward", scopes: ["profile:read", "chat:read", "chat:write"] },
  { name: "day", label: "Look after tasks, reminders, notes and calendar", scopes: ["profile:read", ...DAY.flatMap((one) => [`${one}:read`, `${one}:write`])] },
  { name: "all", label: "Everything that I may do", scopes: null },
];

/** The words for the scopes of a key; those of no preset are counted. */
export function scopesText(scopes: readonly string[] | null): string {
  const key = scopes === null ? null : [...scopes].sort().join(" ");
  const found = PRESETS.find((one) => (one.scopes === null ? null : [...one.scopes].sort().join(" ")) === key);
  return found?.label ?? `${scopes?.length ?? 0} permissions`;
}

const DAY_MS = 86_400_000;

export const LIVES: readonly (readonly [days: string, text: string])[] = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "One year"],
  ["0", "Until I remove it"],
];

/** The instant at which a key of so many days ends; null for one that does not. */
export function endOf(days: string, nowMs: number): string | null {
  return days === "0" ? null : new Date(nowMs + Number(days) * DAY_MS).toISOString();
}
