import { describe, expect, it } from "vitest";
import { applyEvent, newTurn, parseEvent, stepsAsActions, type Turn } from "../src/lib/turn";
import type { TurnEvent } from "../src/lib/types";

const START: TurnEvent = { type: "start", message_id: "m1", conversation_id: "c1", user_message_id: "u1" };

function play(events: TurnEvent[], turn: Turn = newTurn("c1", "hello")): Turn {
  return events.reduce((now, event, index) => applyEvent(now, event, String(index + 1)), turn);
}

describe("applyEvent", () => {
  it("adds up to the answer", () => {
    const turn = play([START, { type: "token", content: "Hi" }, { type: "token", content: " there" }, { type: "done", message_id: "m1" }]);
    expect(turn).toMatchObject({ answer: "Hi there", phase: "done", messageId: "m1", userMessageId: "u1", lastEventId: "4" });
  });

  it("ignores events it has seen, so that a resumed stream doubles nothing", () => {
    const turn = play([START, { type: "token", content: "Hi" }]);
    expect(applyEvent(turn, { type: "token", content: "Hi" }, "2")).toBe(turn);
    expect(applyEvent(turn, { type: "token", content: "!" }, "3").answer).toBe("Hi!");
  });

  it("begins again when another process took the turn over, keeping what was done", () => {
    const done: TurnEvent = { type: "tool_result", call_id: "a", name: "add_task", ok: true, data: {} };
    const turn = play([START, { type: "token", content: "Half" }, done, { type: "restart" }, { type: "token", content: "Whole" }]);
    expect(turn.answer).toBe("Whole");
    expect(turn.steps).toHaveLength(1);
  });

  it("keeps the text of a stopped answer", () => {
    const turn = play([START, { type: "token", content: "One" }, { type: "done", message_id: "m1", cancelled: true }]);
    expect(turn).toMatchObject({ answer: "One", phase: "cancelled" });
    expect(applyEvent(turn, { type: "token", content: "late" }, "9")).toBe(turn);
  });

  it("joins a tool's call and its result", () => {
    const turn = play([
      START,
      { type: "tool_call", call_id: "a", name: "add_task", arguments: { title: "Milk" } },
      { type: "tool_result", call_id: "a", name: "add_task", ok: true, data: { task: { title: "Milk" } } },
    ]);
    expect(stepsAsActions(turn.steps)).toEqual([{ type: "add_task", ok: true, arguments: { title: "Milk" }, data: { task: { title: "Milk" } } }]);
  });

  it("says why it failed", () => {
    expect(play([START, { type: "error", error_code: "X", detail: "No model." }])).toMatchObject({ phase: "failed", error: "No model." });
  });
});

describe("parseEvent", () => {
  it("passes over what it does not know", () => {
    expect(parseEvent('{"type":"weather"}')).toBeNull();
    expect(parseEvent("not json")).toBeNull();
    expect(parseEvent('{"type":"token","content":"a"}')).toEqual({ type: "token", content: "a" });
  });
});
