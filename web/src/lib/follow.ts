/** Sends a message and follows its answer to the end, across lost connections and reloads. */
import { ApiError, Away, call, get, send } from "./api";
import { away, connection } from "./connection";
import { readEvents } from "./sse";
import { Store } from "./store";
import { applyEvent, isOver, newTurn, parseEvent, type Turn } from "./turn";
import type { ChatMessage, Page } from "./types";

/** Keep-alives come more often than this; longer silence means the connection is dead without having said so. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8000;
/** The pauses before each look for a message whose sending was cut off. */
const LOOKS_MS = [400, 1000, 2000];
/** How often we look for the answer to a message whose sending was cut off. */
const ANSWER_TRIES = 8;

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
  turns.set(new Map());
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

function openStream(turn: Turn, abort: AbortController): Promise<Response> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (turn.lastEventId !== "") headers["Last-Event-ID"] = turn.lastEventId;
  return call(`/api/v1/chat/messages/${turn.messageId}/events`, { headers, signal: abort.signal });
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
      await read(conversationId, await openStream(turn, abort), abort);
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
 * Finds out whether a message whose sending was cut off arrived after all: nothing may be sent twice, because the
 * assistant acts on what it is told.
 */
async function arrived(turn: Turn, known: ReadonlySet<string>): Promise<boolean> {
  const messages = await latest(turn.conversationId);
  const at = messages.findIndex((one) => one.role === "user" && one.content === turn.text && !known.has(one.id));
  const mine = messages[at];
  const answer = messages.slice(0, Math.max(at, 0)).find((one) => one.role === "assistant");
  if (!mine || !answer) return mine !== undefined;
  change(turn.conversationId, (now) => ({ ...now, messageId: answer.id, userMessageId: mine.id }));
  return true;
}

/** Looks for the message a few times, because it may still be on its way; waits as long as the server is away. */
async function isThere(turn: Turn, known: ReadonlySet<string>): Promise<boolean> {
  for (let look = 0; look < LOOKS_MS.length && turns.get().has(turn.conversationId); ) {
    await connection.wait(away.get() ? LONGEST_PAUSE_MS : (LOOKS_MS[look] ?? 0));
    try {
      if (await arrived(turn, known)) return true;
      look += 1;
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
  }
  return false;
}

async function begin(conversationId: string, known: ReadonlySet<string>): Promise<void> {
  for (;;) {
    const turn = turns.get().get(conversationId);
    if (!turn) return;
    const abort = new AbortController();
    try {
      const response = await call(`/api/v1/chat/conversations/${conversationId}/messages`, {
        method: "POST",
        json: { message: turn.text, stream: true },
        headers: { Accept: "text/event-stream" },
        signal: abort.signal,
      });
      await read(conversationId, response, abort);
    } catch (error) {
      if (!(error instanceof Away)) return fail(conversationId, error);
    }
    const now = turns.get().get(conversationId);
    if (!now || isOver(now)) return;
    if (now.messageId) return keepFollowing(conversationId);
    change(conversationId, (one) => ({ ...one, phase: "reconnecting" }));
    try {
      if (!(await isThere(now, known))) continue;
      for (let tries = 0; turns.get().get(conversationId)?.messageId === null; tries += 1) {
        if (tries >= ANSWER_TRIES) return fail(conversationId, new Error("Your message arrived, but no answer came."));
        await connection.wait(FIRST_PAUSE_MS * (tries + 1));
        await arrived(now, known);
      }
      return keepFollowing(conversationId);
    } catch (error) {
      return fail(conversationId, error);
    }
  }
}

/** Sends a message. `known` are the ids of the messages already on screen. */
export function say(conversationId: string, text: string, known: ReadonlySet<string>): void {
  put(newTurn(conversationId, text));
  void begin(conversationId, known).catch((error: unknown) => fail(conversationId, error));
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
