import { describe, expect, it } from "vitest";
import { endOf, LIVES, PRESETS, scopesText } from "../src/lib/scopes";

describe("what a key may do", () => {
  it("is said in the words it was chosen by, in whatever order the server lists it", () => {
    for (const one of PRESETS) expect(scopesText(one.scopes && [...one.scopes].reverse())).toBe(one.label);
    expect(scopesText(["tasks:read", "audit:read"])).toBe("2 permissions");
  });

  it("never changes anything where it was to look only", () => {
    expect(PRESETS[0]?.scopes?.every((scope) => scope.endsWith(":read"))).toBe(true);
  });
});

describe("how long a key lives", () => {
  it("ends so many days from now, or never", () => {
    const now = Date.parse("2024-01-15T10:00:00Z");
    expect(LIVES.map(([days]) => endOf(days, now))).toEqual(["2024-02-14T10:00:00.000Z", "2024-04-14T10:00:00.000Z", "2025-01-14T10:00:00.000Z", null]);
  });
});
