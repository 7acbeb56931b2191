import { describe, expect, it } from "vitest";
import { capital } from "../src/lib/text";

describe("capital", () => {
  it.each([
    ["call mum", "Call mum"],
    ["écrire à Paul", "Écrire à Paul"],
    ["iPhone to the repair shop", "iPhone to the repair shop"],
    ["SAP training", "SAP training"],
    ["2 eggs", "2 eggs"],
    ["", ""],
  ])("writes %j as %j", (text, written) => expect(capital(text)).toBe(written));
});
