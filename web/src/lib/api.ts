/** Calls to the server. The cookie proves who we are; the header on unsafe methods proves that this page is asking. */
import { connection } from "./connection";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string = "",
    readonly retryAfterSeconds: number | null = null,
    /** The field of the request that was wrong, when the server names one. */
    readonly field: string = "",
  ) {
    super(message);
  }
}

/** The server cannot be reached, or something in front of it says so. */
export class Away extends Error {
  constructor() {
    super("Steward cannot be reached right now.");
  }
}

/** A wrong password in answer to "is it you?" is 401 too, and ends nothing. */
export const PROOF_WRONG = "STEP_UP_FAILED";

const SAFE = new Set(["GET", "HEAD"]);
const GATEWAY = new Set([502, 503, 504]);

let onSessionEnd: () => void = () => undefined;

/** Registers what happens when the server no longer knows us (401 outside the sign-in form). */
export function whenSessionEnds(handler: () => void): void {
  onSessionEnd = handler;
}

export interface CallOptions {
  method?: string;
  json?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The sign-in form treats 401 as an answer, not as the end of a session. */
  anonymous?: boolean;
  /** A token in the place of the cookie: what there is before the second step of signing in. */
  token?: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Turns any of the server's error bodies into one sentence. */
export function errorText(body: unknown, status: number): string {
  if (isRecord(body)) {
    const { detail, error } = body;
    if (typeof detail === "string" && detail) return detail;
    if (Array.isArray(detail)) {
      const texts = detail.map((one: unknown) => (isRecord(one) && typeof one["msg"] === "string" ? one["msg"] : "")).filter(Boolean);
      if (texts.length > 0) return texts.map((text) => text.replace(/^Value error, /, "")).join(" ");
    }
    if (isRecord(error) && typeof error["message"] === "string") return error["message"];
  }
  if (status === 429) return "Too many requests just now. Wait a moment and try again.";
  if (status >= 500) return "Something went wrong on the server. Try again.";
  return "That did not work. Try again.";
}

/** The code in the server's own error bodies; "" when something in front of it answered. */
function errorCode(body: unknown): string {
  if (!isRecord(body)) return "";
  const code = body["error_code"] ?? (isRecord(body["error"]) ? body["error"]["code"] : "");
  return typeof code === "string" ? code : "";
}

/** The last part of where the first complaint points, for example "password". */
function errorField(body: unknown): string {
  if (!isRecord(body) || !Array.isArray(body["detail"])) return "";
  const first: unknown = body["detail"][0];
  const place = isRecord(first) && Array.isArray(first["loc"]) ? first["loc"].at(-1) : "";
  return typeof place === "string" ? place : "";
}

async function failure(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const header = Number(response.headers.get("Retry-After"));
  const code = errorCode(body);
  return new ApiError(response.status, errorText(body, response.status), code, Number.isFinite(header) && header > 0 ? header : null, errorField(body));
}

/** Sends a request and returns the response when it is a success. Raises Away or ApiError otherwise. */
export async function call(path: string, options: CallOptions = {}): Promise<Response> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (!SAFE.has(method)) headers["X-Steward-Request"] = "web";
  const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (options.token !== undefined) headers["Authorization"] = `Bearer ${options.token}`;
  if (options.json !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.json);
  }
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connection.lost();
    throw new Away();
  }
  if (response.ok) {
    connection.found();
    return response;
  }
  const error = await failure(response);
  if (GATEWAY.has(error.status) && error.code === "") {
    connection.lost();
    throw new Away();
  }
  connection.found();
  if (error.status === 401 && options.anonymous !== true && error.code !== PROOF_WRONG) onSessionEnd();
  throw error;
}

/** A read that takes longer is on a connection that died without saying so, as on a phone that changed networks. */
const LONGEST_READ_MS = 20_000;

/** Reads something small. `signal` is the caller's; a read that hangs counts as a server that cannot be reached. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const abort = new AbortController();
  const leave = (): void => abort.abort();
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  const limit = setTimeout(leave, LONGEST_READ_MS);
  try {
    const response = await call(path, { signal: abort.signal });
    return (await response.json()) as T;
  } catch (error) {
    if (!abort.signal.aborted || signal?.aborted) throw error;
    connection.lost();
    throw new Away();
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", leave);
  }
}

export async function send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, json?: unknown, options: CallOptions = {}): Promise<T | null> {
  const response = await call(path, { ...options, method, json });
  if (response.status === 204) return null;
  const text = await response.text();
  return text === "" ? null : (JSON.parse(text) as T);
}
