/** Says in a few honest words what the assistant did, from a tool's name and what it gave back. */
import { capital } from "./text";
import { clockTime, dateText, dayOf } from "./time";
import type { JsonObject } from "./types";

export type ActionKind = "event" | "reminder" | "task" | "undo" | "look" | "other";

export interface ActionText {
  kind: ActionKind;
  /** "Event created" */
  label: string;
  /** "Meeting with John · Tue, Jan 16, 2 PM – 3 PM" */
  detail: string;
  ok: boolean;
  /** Whether "undo that" makes sense for it. */
  undoable: boolean;
}

type Rule = [pattern: RegExp, kind: ActionKind, label: string, failed: string, undoable: boolean];

const THING = { event: "(event|meeting|calendar|appointment)", reminder: "(remind|timer|alarm)", task: "(task|todo|to_do)" } as const;

// The first rule that fits wins, so the particular ones stand before the general ones.
const RULES: Rule[] = [
  [/undo|undone|revert/, "undo", "Undone", "Could not undo", false],
  [/availab|free_?busy|free_?time/, "look", "Looked at your calendar", "Could not read your calendar", false],
  [/^(list|check|get|find|read|search|show|query)\w*(event|meeting|calendar|agenda|schedule)|summary|agenda/, "look", "Looked at your calendar", "Could not read your calendar", false],
  [/^(list|check|get|find|read|search|show|query)\w*remind/, "look", "Looked at your reminders", "Could not read your reminders", false],
  [/^(list|check|get|find|read|search|show|query)\w*(task|todo)/, "look", "Looked at your tasks", "Could not read your tasks", false],
  [/^(list|check|get|find|read|search|show|query)\w*note/, "look", "Looked at your notes", "Could not read your notes", false],
  [new RegExp(`(reschedul|move|update|change|edit)\\w*${THING.event}|reschedul`), "event", "Event changed", "Could not change the event", true],
  [new RegExp(`(cancel|delete|remove)\\w*${THING.event}|event_(cancel|delet|remov)`), "event", "Event cancelled", "Could not cancel the event", true],
  [new RegExp(`(cancel|delete|remove|dismiss)\\w*${THING.reminder}`), "reminder", "Reminder cancelled", "Could not cancel the reminder", true],
  [/snooz/, "reminder", "Reminder moved", "Could not move the reminder", true],
  [/current_time|days_until|ask_(time|date)/, "look", "Looked at the clock", "Could not tell the time", false],
  [/timer/, "reminder", "Timer set", "Could not set the timer", true],
  [new RegExp(THING.reminder), "reminder", "Reminder set", "Could not set the reminder", true],
  [new RegExp(`(complet|finish|done|tick|close)\\w*${THING.task}|task_complet`), "task", "Task done", "Could not complete the task", true],
  [new RegExp(`(cancel|delete|remove)\\w*${THING.task}`), "task", "Task removed", "Could not remove the task", true],
  [new RegExp(THING.task), "task", "Task added", "Could not add the task", true],
  [/message|sms|email|mail/, "other", "Message sent", "Could not send the message", false],
  [new RegExp(`(schedul|creat|add|book|make|new)\\w*${THING.event}|^schedule|event_creat`), "event", "Event created", "Could not create the event", true],
  [/note/, "other", "Note saved", "Could not save the note", true],
  [/calc|convert|math/, "look", "Calculated", "Could not calculate", false],
  [/search|find|look/, "look", "Searched", "Could not search", false],
];

function record(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

const THINGS = ["event", "reminder", "task", "note", "undone", "item"];

/** The layers in which tools wrap the thing they made, outermost first. */
function layers(action: JsonObject): JsonObject[] {
  const found: JsonObject[] = [];
  for (const key of ["data", "result", "details"]) if (key in action) found.push(record(action[key]));
  found.push(action);
  const inner = found.flatMap((layer) => [...THINGS, "data", "result"].map((key) => record(layer[key])));
  const listed = found.flatMap((layer) => THINGS.map((key) => layer[`${key}s`]).map((list) => record(Array.isArray(list) && list.length === 1 ? list[0] : null)));
  return [...inner, ...listed, ...found, record(action["arguments"])].filter((layer) => Object.keys(layer).length > 0);
}

function first(all: JsonObject[], keys: string[]): string {
  for (const layer of all) {
    for (const key of keys) {
      const value = layer[key];
      if (typeof value === "string" && value !== "") return value;
    }
  }
  return "";
}

/** A moment and the zone to show it in: tools give instants, or wall times where the person is. */
interface Moment {
  at: Date;
  zone: string;
}

const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

function moment(text: string, zone: string): Moment | null {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return null;
  const wall = !ZONED.test(text);
  const at = new Date(wall ? `${text}Z` : text);
  return Number.isNaN(at.getTime()) ? null : { at, zone: wall ? "UTC" : zone };
}

const STARTS = ["start_time", "starts_at", "start_local", "start", "due_at", "due_local", "due_date", "due"];
const ENDS = ["end_time", "ends_at", "end_local", "end"];

function when(all: JsonObject[], zone: string): string {
  const start = moment(first(all, STARTS), zone);
  if (!start) return "";
  const from = `${dateText(start.at, start.zone)}, ${clockTime(start.at, start.zone)}`;
  const end = moment(first(all, ENDS), zone);
  if (!end) return from;
  const sameDay = dayOf(end.at, end.zone) === dayOf(start.at, start.zone);
  return `${from} – ${sameDay ? "" : `${dateText(end.at, end.zone)}, `}${clockTime(end.at, end.zone)}`;
}

function plainName(name: string): string {
  const words = name.replace(/[_.-]+/g, " ").trim();
  return words === "" ? "Used a tool" : `Used ${words}`;
}

export function describeAction(action: JsonObject, zone: string): ActionText {
  const called = String(action["type"] ?? action["name"] ?? "");
  const all = layers(action);
  const name = all.some((layer) => layer["is_timer"] === true) ? called.replace("reminder", "timer") : called;
  const rule = RULES.find(([pattern]) => pattern.test(name.toLowerCase()));
  const failed = action["ok"] === false || action["success"] === false || action["status"] === "failed";
  const kind = rule?.[1] ?? "other";
  const label = failed ? (rule?.[3] ?? `${plainName(name)}, which failed`) : (rule?.[2] ?? plainName(name));
  // What was undone stands in the answer; here it would only be said twice.
  const reading = kind === "look" || kind === "undo" || (kind === "other" && rule === undefined);
  const title = reading ? "" : first(all, ["title", "summary", "text", "description"]);
  const detail = reading ? "" : [title === called ? "" : capital(title), when(all, zone)].filter(Boolean).join(" · ");
  return { kind, label, detail, ok: !failed, undoable: !failed && (rule?.[4] ?? false) };
}

/** Returns what is worth showing, in order, each once. A look-up that worked shows in the answer itself. */
export function describeActions(actions: JsonObject[], zone: string): ActionText[] {
  const seen = new Set<string>();
  return actions
    .map((action) => describeAction(action, zone))
    .filter((text) => {
      if (text.kind === "look" && text.ok) return false;
      const key = `${text.label}|${text.detail}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
