/** Signing in and out, and what happens to the page when a session ends. */
import { queryClient, readAgain } from "./queries";
import { ApiError, call, send } from "./api";
import { forgetDrafts } from "./draft";
import { dropAll } from "./follow";
import { provePasskey } from "./passkeys";
import { wear } from "./theme";
import { browserLanguage, browserZone, speakAs } from "./time";
import type { Me } from "./types";

const SEEN = "steward.account";

const TO_CONFIRM = "steward.confirm";

/** A sign-in that waits for its second step; the token is good for five minutes. */
export interface Pending {
  token: string;
  methods: readonly string[];
}

interface Entry {
  user?: { id: string };
  mfa_required?: boolean;
  mfa_methods?: string[];
  access_token?: string;
}

/** Makes this tab the person's; returns what is missing where a second step is asked for. */
function enter(entry: Entry): Pending | null {
  if (entry.mfa_required) return { token: entry.access_token ?? "", methods: entry.mfa_methods ?? [] };
  const id = entry.user?.id ?? "";
  // Somebody else signs in on this computer: what was written before is not theirs.
  if (sessionStorage.getItem(SEEN) !== id) forgetDrafts();
  sessionStorage.setItem(SEEN, id);
  queryClient.clear();
  return null;
}

async function post(path: string, json: unknown, token?: string): Promise<Entry> {
  const response = await call(path, { method: "POST", json, anonymous: true, ...(token ? { token } : {}) });
  return (await response.json()) as Entry;
}

export async function signIn(email: string, password: string): Promise<Pending | null> {
  return enter(await post("/ui/login", { email, password }));
}

interface Options {
  data: { options: Record<string, unknown> };
}

/** Signs in with a passkey of this device, which is two steps in one. */
export async function signInWithPasskey(): Promise<Pending | null> {
  const begun = await send<Options>("POST", "/api/v1/passkeys/sign-in/begin", {}, { anonymous: true });
  const credential = await provePasskey(begun?.data.options ?? {});
  return enter(await post("/ui/login/passkey", { credential }));
}

export type Factor = "totp" | "sms" | "backup";

/** The second step, by a code. */
export async function giveCode(pending: Pending, factor: Factor, code: string): Promise<void> {
  enter(await post("/ui/login/factor", { factor, code }, pending.token));
}

/** The second step, by a passkey. */
export async function givePasskey(pending: Pending): Promise<void> {
  const { token } = pending;
  const begun = await send<Options>("POST", "/api/v1/mfa/verify/passkey/begin", {}, { anonymous: true, token });
  const credential = await provePasskey(begun?.data.options ?? {});
  enter(await post("/ui/login/factor", { credential }, token));
}

/** Has a code texted for the second step. */
export async function textMe(pending: Pending): Promise<void> {
  await send("POST", "/api/v1/mfa/challenge/sms", {}, { anonymous: true, token: pending.token });
}

/** Whether the person who is halfway in has passkeys. */
export async function hasPasskeys(pending: Pending): Promise<boolean> {
  const response = await call("/api/v1/mfa/status", { anonymous: true, token: pending.token });
  return ((await response.json()) as { data: { passkeys: number } }).data.passkeys > 0;
}

/** Whether somebody registered in this tab and has not put the reminder to confirm their address away. */
export const confirmation = {
  isWanted: (): boolean => sessionStorage.getItem(TO_CONFIRM) !== null,
  putAway: (): void => sessionStorage.removeItem(TO_CONFIRM),
};

export async function createAccount(fullName: string, email: string, password: string): Promise<Pending | null> {
  const json = { email, password, full_name: fullName };
  try {
    await call("/api/v1/auth/register", { method: "POST", json, anonymous: true });
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) throw new ApiError(409, "There is already an account with this address. Sign in instead.");
    throw error;
  }
  const missing = await signIn(email, password);
  sessionStorage.setItem(TO_CONFIRM, "1");
  return missing;
}

export async function signOut(): Promise<void> {
  try {
    await send("POST", "/ui/logout");
  } catch (error) {
    // A session that is over already is what was wanted.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  leave();
}

/** Forgets everything personal in this tab. */
export function leave(): void {
  forget();
  forgetDrafts();
  sessionStorage.removeItem(SEEN);
  confirmation.putAway();
  wear("auto");
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
