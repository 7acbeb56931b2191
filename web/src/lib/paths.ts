/** Addresses of this app: where signing in may lead, and what is open to anybody. */

const INSIDE = /^\/(?:c\/[\w-]+|settings(?:\/[a-z]+)?|admin\/people|outbox)$/;
const OPEN = new Set(["/sign-in", "/verify-email", "/reset-password", "/forgot-password"]);

/** Only ever leads back into this app. */
export function ownPath(next: string | undefined): string {
  return next && INSIDE.test(next) ? next : "/";
}

/** Whether nobody needs to be signed in there. */
export function isOpen(path: string): boolean {
  return OPEN.has(path);
}

const OAUTH_TROUBLE: Record<string, string> = {
  OAUTH_REFUSED: "The provider did not agree. Start again if you want to.",
  OAUTH_LINK_NEEDED: "There is an account with that address already. Sign in to it, then link the provider under Settings, Connections.",
  OAUTH_LINKED_ELSEWHERE: "That account at the provider is linked to another account here.",
  OAUTH_SIGN_UP_CLOSED: "Nobody here knows that account, and new accounts are not made this way.",
  OAUTH_ADDRESS_MISSING: "The provider does not tell an address that can be used. Create an account with one instead.",
  ACCOUNT_DISABLED: "This account is switched off. Ask your administrator.",
  OAUTH_STATE_INVALID: "That was used, took too long, or began in another browser. Start again.",
  OAUTH_PROVIDER_UNREACHABLE: "The provider does not answer as it should. Try again later.",
};

/** What another provider's way back says went wrong; "" when nothing did. */
export function oauthTrouble(code: string | undefined): string {
  return code ? (OAUTH_TROUBLE[code] ?? "That did not work at the provider. Start again.") : "";
}
