import { describe, expect, it } from "vitest";
import { isOpen, oauthTrouble, ownPath } from "../src/lib/paths";

describe("where signing in may lead", () => {
  it.each(["/c/0190c7a2-0000-7000-8000-000000000000", "/settings/security", "/settings", "/admin/people", "/outbox"])("goes on to %s", (path) => {
    expect(ownPath(path)).toBe(path);
  });

  it.each(["//evil.example", "https://evil.example", "/\\evil.example", "/c/x/../../sign-in", "/settings/a/b", "/ui/logout", ""])("never leads to %s", (path) => {
    expect(ownPath(path)).toBe("/");
  });

  it("leaves people alone on pages that are open to anybody", () => {
    expect(["/sign-in", "/verify-email", "/reset-password", "/forgot-password"].every(isOpen)).toBe(true);
    expect(["/", "/settings", "/outbox"].some(isOpen)).toBe(false);
  });
});

describe("what another provider's way back says", () => {
  it("has words for every code, also for one it does not know", () => {
    expect(oauthTrouble("OAUTH_LINK_NEEDED")).toContain("Sign in to it");
    expect(oauthTrouble("SOMETHING_NEW")).toContain("Start again");
    expect(oauthTrouble(undefined)).toBe("");
  });
});
