/** What the settings read and change. */
import { queryOptions } from "@tanstack/react-query";
import { get, send } from "./api";
import { meQuery, queryClient } from "./queries";
import { wear } from "./theme";
import { speakAs } from "./time";
import type { Me } from "./types";

interface Done<T> {
  data: T;
}

export interface Listed<T> {
  items: T[];
  total: number;
  has_next: boolean;
}

export interface MfaStatus {
  mfa_enabled: boolean;
  totp_enabled: boolean;
  sms_enabled: boolean;
  phone_number: string | null;
  backup_codes_remaining: number;
  passkeys: number;
  mfa_setup_required: boolean;
}

export interface TotpSetup {
  secret: string;
  qr_code: string;
  backup_codes: string[];
}

export interface Phone {
  id: string;
  phone_number: string;
  is_primary: boolean;
  is_verified: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

export interface Device {
  id: string;
  device: string;
  ip_address: string;
  surface: string;
  last_activity: string;
  is_current: boolean;
}

export interface Provider {
  name: string;
  display_name: string;
  scopes: string[];
  configured: boolean;
}

export interface Connection {
  id: string;
  provider: string;
  account_email: string | null;
  scopes: string[];
  status: string;
}

export interface Identity {
  id: string;
  provider: string;
  email: string | null;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: string[] | null;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface Person {
  id: string;
  email: string | null;
  full_name: string | null;
  role: string;
  is_active: boolean;
  last_login: string | null;
}

export interface OutboxLetter {
  id: string;
  channel: "mail" | "sms";
  to: string;
  subject: string;
  body: string;
  created_at: string;
}

/** Everything here is read anew when the settings open, and after each change of it. */
function listed<T>(name: string, path: string) {
  return queryOptions({ queryKey: ["settings", name], queryFn: ({ signal }) => get<Listed<T>>(path, signal) });
}

export const mfaQuery = queryOptions({
  queryKey: ["settings", "mfa"],
  queryFn: async ({ signal }) => (await get<Done<MfaStatus>>("/api/v1/mfa/status", signal)).data,
});
export const phonesQuery = listed<Phone>("phones", "/api/v1/users/me/phone-numbers?limit=20");
export const passkeysQuery = listed<Passkey>("passkeys", "/api/v1/passkeys?limit=50");
export const devicesQuery = listed<Device>("devices", "/api/v1/sessions?limit=50");
export const providersQuery = listed<Provider>("providers", "/api/v1/oauth/providers?limit=50");
export const connectionsQuery = listed<Connection>("connections", "/api/v1/oauth/integrations?limit=50");
export const identitiesQuery = listed<Identity>("identities", "/api/v1/oauth/identities?limit=50");
export const keysQuery = listed<ApiKey>("keys", "/api/v1/api-keys?limit=100");

export const waysInQuery = queryOptions({
  queryKey: ["ways in"],
  queryFn: ({ signal }) => get<Listed<Provider>>("/api/v1/oauth/sign-in?limit=50", signal),
  staleTime: 60_000,
});

/** Reads again what the settings show. */
export async function readSettings(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["settings"] });
}

/** Sends a change and returns the `data` of the answer. */
export async function change<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, json?: unknown): Promise<T> {
  const answer = await send<Done<T>>(method, path, json);
  return answer?.data as T;
}

/** Changes the profile, and the page with it. */
export async function changeMe(changes: Partial<Me>): Promise<void> {
  const me = await send<Me>("PUT", "/api/v1/users/me", changes);
  if (me) show(me);
}

/** Takes the profile as the server has it now for the page's own. */
export function show(me: Me): void {
  speakAs(me.language);
  wear(me.theme);
  queryClient.setQueryData<Me>(meQuery.queryKey, me);
}
