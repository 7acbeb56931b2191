/** Signing in and out, and what happens to the page when a session ends. */
import { queryClient, readAgain } from "./queries";
import { ApiError, call, send } from "./api";
import { forgetDrafts } from "./draft";
import { dropAll } from "./follow";
import { browserLanguage, browserZone, speakAs } from "./time";
import type { Me } from "./types";

const SEEN = "steward.account";

export async function signIn(email: string, password: string): Promise<void> {
  const response = await call("/ui/login", { method: "POST", json: { email, password }, anonymous: true });
  const { user } = (await response.json()) as { user: { id: string } };
  // Somebody else signs in on this computer: what was written before is not theirs.
  if (sessionStorage.getItem(SEEN) !== user.id) forgetDrafts();
  sessionStorage.setItem(SEEN, user.id);
  queryClient.clear();
}

export async function createAccount(fullName: string, email: string, password: string): Promise<void> {
  const json = { email, password, full_name: fullName };
  try {
    await call("/api/v1/auth/register", { method: "POST", json, anonymous: true });
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) throw new ApiError(409, "There is already an account with this address. Sign in instead.");
    throw error;
  }
  await signIn(email, password);
}

export async function signOut(): Promise<void> {
  try {
    await send("POST", "/ui/logout");
  } catch (error) {
    // A session that is over already is what was wanted.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  forget();
  forgetDrafts();
  sessionStorage.removeItem(SEEN);
}

/** Drops everything personal that is in memory. */
export function forget(): void {
  dropAll();
  queryClient.clear();
}

/** Remembers the account of this tab, so that drafts find their owner after a session ended. */
export function remember(me: Me): void {
  sessionStorage.setItem(SEEN, me.id);
}

/** What the server gives an account that said nothing about its language. */
const DEFAULT_LANGUAGE = "en-US";

/**
 * An account that never chose a zone gets the browser's, and with it the browser's language: answers and page write
 * every time in the account's zone and in the way of its language.
 */
export async function adoptZone(me: Me): Promise<void> {
  const zone = browserZone();
  if (me.timezone !== "UTC" || zone === "UTC" || zone === "Etc/UTC") return;
  const language = me.language === DEFAULT_LANGUAGE ? browserLanguage() : me.language;
  await send("PUT", "/api/v1/users/me", { timezone: zone, language });
  speakAs(language);
  queryClient.setQueryData<Me>(["me"], { ...me, timezone: zone, language });
  void readAgain(["panel"]);
}
