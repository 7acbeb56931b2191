/** One answer as it is being written: what the events so far add up to. Pure, so that it can be replayed. */
import type { JsonObject, TurnEvent } from "./types";

/** A tool the assistant used. `ok` is null while it runs. */
export interface Step {
  callId: string;
  name: string;
  args: unknown;
  ok: boolean | null;
  data: unknown;
}

export type Phase = "sending" | "thinking" | "writing" | "reconnecting" | "stopping" | "failed" | "done" | "cancelled";

export interface Turn {
  conversationId: string;
  /** What the person wrote; empty when the turn was found running after a reload. */
  text: string;
  messageId: string | null;
  userMessageId: string | null;
  answer: string;
  steps: Step[];
  phase: Phase;
  error: string | null;
  /** The last event id seen; the stream resumes after it. */
  lastEventId: string;
  startedAt: string;
}

export function newTurn(conversationId: string, text: string, messageId: string | null = null): Turn {
  return {
    conversationId,
    text,
    messageId,
    userMessageId: null,
    answer: "",
    steps: [],
    phase: messageId ? "thinking" : "sending",
    error: null,
    lastEventId: "",
    startedAt: new Date().toISOString(),
  };
}

/** True when nothing more will come. */
export function isOver(turn: Turn): boolean {
  return turn.phase === "done" || turn.phase === "cancelled" || turn.phase === "failed";
}

/** Reads one `data:` line; null for what this version does not know, so that a newer server does not break it. */
export function parseEvent(data: string): TurnEvent | null {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null || !("type" in value)) return null;
    const known = ["start", "restart", "token", "tool_call", "tool_result", "done", "error"];
    return known.includes(String(value.type)) ? (value as TurnEvent) : null;
  } catch {
    return null;
  }
}

function withStep(steps: Step[], step: Step): Step[] {
  const at = steps.findIndex((one) => one.callId === step.callId);
  if (at < 0) return [...steps, step];
  return steps.map((one, index) => (index === at ? { ...one, ...step, args: step.args ?? one.args } : one));
}

/** Returns the turn after one more event. Events that were seen already (a replay) change nothing. */
export function applyEvent(turn: Turn, event: TurnEvent, id: string): Turn {
  if (isOver(turn)) return turn;
  const seen = Number(turn.lastEventId);
  const number = Number(id);
  if (id !== "" && turn.lastEventId !== "" && Number.isFinite(number) && Number.isFinite(seen) && number <= seen) return turn;
  const next: Turn = { ...turn, lastEventId: id || turn.lastEventId };
  const busy: Phase = turn.phase === "stopping" ? "stopping" : "thinking";
  switch (event.type) {
    case "start":
      next.messageId = event.message_id;
      next.userMessageId = event.user_message_id ?? turn.userMessageId;
      next.answer = "";
      next.steps = [];
      next.phase = busy;
      break;
    case "restart":
      next.answer = "";
      next.phase = busy;
      break;
    case "token":
      next.answer += event.content;
      next.phase = turn.phase === "stopping" ? "stopping" : "writing";
      break;
    case "tool_call":
      next.steps = withStep(turn.steps, { callId: event.call_id, name: event.name, args: event.arguments, ok: null, data: null });
      next.phase = busy;
      break;
    case "tool_result":
      next.steps = withStep(turn.steps, { callId: event.call_id, name: event.name, args: null, ok: event.ok, data: event.data });
      next.phase = busy;
      break;
    case "done":
      if (typeof event.content === "string" && event.content !== "") next.answer = event.content;
      next.phase = event.cancelled === true ? "cancelled" : "done";
      break;
    case "error":
      next.phase = "failed";
      next.error = event.detail;
      break;
  }
  return next;
}

/** The steps in the form in which the server lists a stored message's actions. */
export function stepsAsActions(steps: Step[]): JsonObject[] {
  return steps
    .filter((step) => step.ok !== null)
    .map((step) => ({ type: step.name, ok: step.ok, arguments: step.args, data: step.data }));
}
