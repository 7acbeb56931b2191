import { afterEach, describe, expect, it } from "vitest";
import { addDays, clockTime, countdown, dateText, dayOf, knownZone, longDate, relativeDay, speakAs, startOfDay } from "../src/lib/time";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("countdown", () => {
  it.each([
    [45 * MINUTE, "in 45 min 0 s"],
    [44 * MINUTE + 12 * SECOND, "in 44 min 12 s"],
    [44 * MINUTE + 11.2 * SECOND, "in 44 min 12 s"],
    [59 * SECOND, "in 59 s"],
    [1, "in 1 s"],
    [0, "now"],
    [-30 * SECOND, "now"],
    [-12 * MINUTE, "12 min ago"],
    [-3 * HOUR, "3 h ago"],
    [-25 * HOUR, "1 day ago"],
    [HOUR, "in 1 h"],
    [2 * HOUR + 5 * MINUTE + 40 * SECOND, "in 2 h 5 min"],
    [DAY, "in 1 day"],
    [3 * DAY + 4 * HOUR, "in 3 days 4 h"],
    [30 * DAY + 4 * HOUR, "in 30 days"],
  ])("says %i ms as %s", (ms, text) => {
    expect(countdown(1_700_000_000_000 + ms, 1_700_000_000_000)).toBe(text);
  });

  it.each([
    [44 * MINUTE + 12 * SECOND, "in 44 min"],
    [MINUTE, "in 1 min"],
    [59 * SECOND, "in 59 s"],
    [2 * HOUR, "in 2 h"],
  ])("says %i ms coarsely as %s", (ms, text) => {
    expect(countdown(1_700_000_000_000 + ms, 1_700_000_000_000, true)).toBe(text);
  });

  it("changes every second within the hour", () => {
    const texts = Array.from({ length: 60 }, (_, second) => countdown(10 * MINUTE, second * SECOND));
    expect(new Set(texts).size).toBe(60);
  });
});

describe("days in the account's zone", () => {
  it("knows which day it is there", () => {
    const instant = new Date("2024-01-15T23:30:00Z");
    expect(dayOf(instant, "UTC")).toBe("2024-01-15");
    expect(dayOf(instant, "Europe/Berlin")).toBe("2024-01-16");
    expect(dayOf(instant, "America/New_York")).toBe("2024-01-15");
  });

  it.each([
    ["2024-01-16", "Europe/Berlin", "2024-01-15T23:00:00.000Z"],
    ["2024-03-31", "Europe/Berlin", "2024-03-30T23:00:00.000Z"],
    ["2024-04-01", "Europe/Berlin", "2024-03-31T22:00:00.000Z"],
    ["2024-11-03", "America/New_York", "2024-11-03T04:00:00.000Z"],
    ["2024-11-04", "America/New_York", "2024-11-04T05:00:00.000Z"],
    ["2024-06-01", "Asia/Kolkata", "2024-05-31T18:30:00.000Z"],
    ["2024-06-01", "Pacific/Kiritimati", "2024-05-31T10:00:00.000Z"],
  ])("begins %s in %s at %s", (day, zone, instant) => {
    expect(startOfDay(day, zone).toISOString()).toBe(instant);
  });

  it("counts days over months and leap years", () => {
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2024-01-01", -1)).toBe("2023-12-31");
  });

  it("says today and tomorrow there", () => {
    const now = new Date("2024-01-15T23:30:00Z");
    expect(relativeDay(new Date("2024-01-16T13:00:00Z"), "Europe/Berlin", now)).toBe("Today");
    expect(relativeDay(new Date("2024-01-16T13:00:00Z"), "UTC", now)).toBe("Tomorrow");
    expect(relativeDay(new Date("2024-01-14T13:00:00Z"), "UTC", now)).toBe("Yesterday");
  });

  it("shows the year only when it is another", () => {
    const now = new Date("2024-06-01T00:00:00Z");
    expect(dateText(new Date("2024-07-01T00:00:00Z"), "UTC", now)).not.toContain("2024");
    expect(dateText(new Date("2025-07-01T00:00:00Z"), "UTC", now)).toContain("2025");
  });

  it("shows the wall clock there", () => {
    expect(clockTime(new Date("2024-01-16T13:05:00Z"), "Europe/Berlin")).toBe("2:05 PM");
  });

  it("falls back to UTC for a zone it does not know", () => {
    expect(knownZone("Mars/Olympus")).toBe("UTC");
    expect(knownZone("Europe/Berlin")).toBe("Europe/Berlin");
  });
});

// The same cases as the assistant's own wording: a time must look alike in an answer and beside it.
describe("dates and times in the way of the account's language", () => {
  afterEach(() => speakAs("en-US"));

  it.each([
    ["en-US", "14:00", "2 PM"],
    ["en-US", "09:30", "9:30 AM"],
    ["en-US", "00:05", "12:05 AM"],
    ["en-US", "12:00", "noon"],
    ["en-US", "00:00", "midnight"],
    ["en-GB", "14:00", "2 PM"],
    ["fr-CA", "14:00", "2 PM"],
    ["de-DE", "14:00", "14:00"],
    ["de", "09:05", "09:05"],
    ["fr-FR", "00:00", "00:00"],
  ])("writes for %s the time %s as %s", (language, wall, text) => {
    speakAs(language);
    expect(clockTime(new Date(`2024-01-16T${wall}:00Z`), "UTC")).toBe(text);
  });

  it.each([
    ["en-US", "Tuesday, January 16"],
    ["en-GB", "Tuesday 16 January"],
    ["de-DE", "Tuesday 16 January"],
  ])("writes the date for %s as %s", (language, text) => {
    speakAs(language);
    expect(longDate(new Date("2024-01-16T14:00:00Z"), "UTC")).toBe(text);
  });
});
