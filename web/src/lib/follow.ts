/** Sends a message and follows its answer to the end, across lost connections and reloads. */
import { ApiError, Away, call, get, send, type CallOptions } from "./api";
import { connection } from "./connection";
import { newKey } from "./keys";
import { readEvents } from "./sse";
import { Store } from "./store";
import { applyEvent, isOver, newTurn, parseEvent, type Turn } from "./turn";
import type { ChatMessage, Page } from "./types";

/** Keep-alives come more often than this; longer silence means the connection is dead without having said so. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8000;

/** The turns under way, by conversation. They go on while another conversation is on screen. */
export const turns = new Store<ReadonlyMap<string, Turn>>(new Map());

let whenOver: (turn: Turn) => void = () => undefined;

/** Registers what happens when an answer is complete (fill the caches, refresh the panel). */
export function whenTurnEnds(handler: (turn: Turn) => void): void {
  whenOver = handler;
}

function put(turn: Turn): void {
  turns.set(new Map(turns.get()).set(turn.conversationId, turn));
}

function change(conversationId: string, edit: (turn: Turn) => Turn): Turn | undefined {
  const turn = turns.get().get(conversationId);
  if (!turn) return undefined;
  const next = edit(turn);
  put(next);
  return next;
}

export function drop(conversationId: string): void {
  const next = new Map(turns.get());
  next.delete(conversationId);
  turns.set(next);
}

export function dropAll(): void {
  unsent.clear();
  turns.set(new Map());
}

/** Texts that went back into the box, with their keys: nobody knows for certain that they did not arrive. */
const unsent = new Map<string, { text: string; sendKey: string }>();

function keyFor(conversationId: string, text: string): string {
  const before = unsent.get(conversationId);
  const sendKey = before?.text === text ? before.sendKey : newKey();
  unsent.set(conversationId, { text, sendKey });
  return sendKey;
}

function fail(conversationId: string, error: unknown): void {
  const text = error instanceof Error ? error.message : "Something went wrong.";
  const turn = change(conversationId, (now) => ({ ...now, phase: "failed", error: text }));
  if (turn) whenOver(turn);
}

/** Reads one connection until it ends. Returns normally also when the connection was lost. */
async function read(conversationId: string, response: Response, abort: AbortController): Promise<void> {
  if (!response.body) return;
  let alarm = setTimeout(() => abort.abort(), SILENCE_MS);
  const alive = (): void => {
    clearTimeout(alarm);
    alarm = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  try {
    for await (const message of readEvents(response.body, alive)) {
      const event = parseEvent(message.data);
      if (!event) continue;
      const before = turns.get().get(conversationId);
      if (!before) return;
      const after = applyEvent(before, event, message.id);
      put(after);
      unsent.delete(conversationId);
      if (event.type === "start" && after.phase === "stopping") void stop(conversationId);
      if (isOver(after)) {
        whenOver(after);
        return;
      }
    }
  } catch {
    // The connection broke; whoever called decides how to go on.
  } finally {
    clearTimeout(alarm);
  }
}

/** Opens a stream of events; a server that says nothing at all for too long counts as one that cannot be reached. */
async function open(path: string, abort: AbortController, headers: Record<string, string>, body: Pick<CallOptions, "method" | "json"> = {}): Promise<Response> {
  const alarm = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    return await call(path, { ...body, headers: { Accept: "text/event-stream", ...headers }, signal: abort.signal });
  } catch (error) {
    throw abort.signal.aborted ? new Away() : error;
  } finally {
    clearTimeout(alarm);
  }
}

async function latest(conversationId: string): Promise<ChatMessage[]> {
  const page = await get<Page<ChatMessage>>(`/api/v1/chat/conversations/${conversationId}/messages?limit=10&sort=created_at:desc`);
  return page.items;
}

/** Ends the turn with what the server stored, where its events are no longer kept. */
async function settle(turn: Turn): Promise<boolean> {
  const stored = (await latest(turn.conversationId)).find((message) => message.id === turn.messageId);
  if (!stored || stored.status === "running") return false;
  const next = change(turn.conversationId, (now) => ({
    ...now,
    answer: stored.content,
    phase: stored.status === "failed" ? "failed" : stored.status === "cancelled" ? "cancelled" : "done",
    error: stored.status === "failed" ? "The answer could not be finished." : null,
  }));
  if (next) whenOver(next);
  return true;
}

/** Follows a turn whose message id is known, until it is over. */
async function keepFollowing(conversationId: string): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const turn = turns.get().get(conversationId);
    if (!turn || isOver(turn)) return;
    const heard = turn.lastEventId;
    try {
      const abort = new AbortController();
      const headers: Record<string, string> = heard === "" ? {} : { "Last-Event-ID": heard };
      await read(conversationId, await open(`/api/v1/chat/messages/${turn.messageId}/events`, abort, headers), abort);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      if (error instanceof ApiError && error.status !== 429) {
        const settled = await settle(turn).catch(() => false);
        if (settled) return;
        if (error.status === 404) return fail(conversationId, error);
      }
    }
    const now = turns.get().get(conversationId);
    if (!now || isOver(now)) return;
    pauseMs = now.lastEventId === heard ? Math.min(pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    change(conversationId, (one) => (one.phase === "stopping" ? one : { ...one, phase: "reconnecting" }));
    await connection.wait(pauseMs);
  }
}

/**
 * Sends the message and follows its answer. Where the connection breaks before the first event, the message goes out
 * again under the same key: by it the server knows a message that had arrived, and lets us follow its one answer.
 */
async function begin(conversationId: string, sendKey: string): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const turn = turns.get().get(conversationId);
    if (!turn) return;
    const abort = new AbortController();
    try {
      const body = { method: "POST", json: { message: turn.text, stream: true } } as const;
      const path = `/api/v1/chat/conversations/${conversationId}/messages`;
      await read(conversationId, await open(path, abort, { "Idempotency-Key": sendKey }, body), abort);
    } catch (error) {
      if (!(error instanceof Away)) return fail(conversationId, error);
    }
    const now = turns.get().get(conversationId);
    if (!now || isOver(now)) return;
    if (now.messageId) return keepFollowing(conversationId);
    change(conversationId, (one) => (one.phase === "stopping" ? one : { ...one, phase: "reconnecting" }));
    await connection.wait(pauseMs);
    if (turns.get().get(conversationId)?.phase === "stopping") return fail(conversationId, new Error("You stopped before Steward could be reached."));
  }
}

/** Sends a message. Each gets a key of its own; a text that went back into the box keeps the one it had. */
export function say(conversationId: string, text: string): void {
  const sendKey = keyFor(conversationId, text);
  put(newTurn(conversationId, text));
  void begin(conversationId, sendKey).catch((error: unknown) => fail(conversationId, error));
}

/** Follows an answer that was found running, for example after a reload. */
export function resume(conversationId: string, messageId: string): void {
  if (turns.get().has(conversationId)) return;
  put(newTurn(conversationId, "", messageId));
  void keepFollowing(conversationId).catch((error: unknown) => fail(conversationId, error));
}

/** Asks the server to stop; the stream then ends by itself and keeps the text so far. */
export async function stop(conversationId: string): Promise<void> {
  const turn = change(conversationId, (now) => (isOver(now) ? now : { ...now, phase: "stopping" }));
  if (!turn?.messageId || isOver(turn)) return;
  try {
    await send("POST", `/api/v1/chat/messages/${turn.messageId}/cancel`);
  } catch {
    // It may have ended by itself meanwhile; the stream tells.
    change(conversationId, (now) => (now.phase === "stopping" ? { ...now, phase: "writing" } : now));
  }
}
