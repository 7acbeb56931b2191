import { describe, expect, it } from "vitest";
import { describeAction, describeActions } from "../src/lib/actions";

describe("describeAction", () => {
  it.each([
    ["create_event", "event", "Event created"],
    ["schedule_meeting", "event", "Event created"],
    ["create_calendar_event", "event", "Event created"],
    ["move_event", "event", "Event changed"],
    ["cancel_event", "event", "Event cancelled"],
    ["find_events", "look", "Looked at your calendar"],
    ["find_free_time", "look", "Looked at your calendar"],
    ["daily_summary", "look", "Looked at your calendar"],
    ["set_reminder", "reminder", "Reminder set"],
    ["list_reminders", "look", "Looked at your reminders"],
    ["cancel_reminder", "reminder", "Reminder cancelled"],
    ["add_task", "task", "Task added"],
    ["complete_task", "task", "Task done"],
    ["delete_task", "task", "Task removed"],
    ["list_tasks", "look", "Looked at your tasks"],
    ["create_note", "other", "Note saved"],
    ["list_notes", "look", "Looked at your notes"],
    ["undo_last", "undo", "Undone"],
    ["send_message", "other", "Message sent"],
    ["calculate", "look", "Calculated"],
    ["current_time", "look", "Looked at the clock"],
    ["water_plants", "other", "Used water plants"],
  ])("names %s", (type, kind, label) => {
    expect(describeAction({ type, ok: true }, "UTC")).toMatchObject({ kind, label, ok: true });
  });

  it("gives the absolute date in the account's zone, from instants", () => {
    const data = { event: { title: "Meeting with John", start_time: "2030-01-16T13:00:00Z", end_time: "2030-01-16T14:00:00Z" } };
    const text = describeAction({ type: "create_event", ok: true, data }, "Europe/Berlin").detail;
    expect(text).toMatch(/^Meeting with John · .*16.*2030.* 2 PM – 3 PM$/);
  });

  it("gives it from wall times too", () => {
    const data = { reminder: { text: "Call mum", due_local: "2030-01-16T09:30:00" } };
    expect(describeAction({ type: "set_reminder", ok: true, data }, "America/New_York").detail).toMatch(/^Call mum · .*16.* 0?9:30/);
  });

  it("calls a timer a timer", () => {
    expect(describeAction({ type: "set_reminder", ok: true, data: { reminder: { text: "Tea", is_timer: true } } }, "UTC").label).toBe("Timer set");
  });

  it("never claims what failed", () => {
    expect(describeAction({ type: "create_event", ok: false, data: {} }, "UTC")).toMatchObject({ ok: false, label: "Could not create the event", undoable: false });
  });

  it("offers undo for changes only", () => {
    expect(describeAction({ type: "add_task", ok: true }, "UTC").undoable).toBe(true);
    expect(describeAction({ type: "list_tasks", ok: true }, "UTC").undoable).toBe(false);
    expect(describeAction({ type: "undo_last", ok: true }, "UTC").undoable).toBe(false);
  });

  it("shows changes once each, and look-ups only when they failed", () => {
    const change = { type: "add_task", ok: true, data: { task: { title: "Milk" } } };
    const shown = describeActions([change, change, { type: "find_events", ok: true }, { type: "list_tasks", ok: false }], "UTC");
    expect(shown.map((one) => one.label)).toEqual(["Task added", "Could not read your tasks"]);
  });
});
