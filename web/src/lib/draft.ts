/** Text that was written and not sent yet. It survives a reload and a sign-in, and belongs to one account. */

const PREFIX = "steward.draft.";

function key(userId: string, conversationId: string | null): string {
  return `${PREFIX}${userId}.${conversationId ?? "new"}`;
}

export function readDraft(userId: string, conversationId: string | null): string {
  return sessionStorage.getItem(key(userId, conversationId)) ?? "";
}

export function keepDraft(userId: string, conversationId: string | null, text: string): void {
  if (text === "") sessionStorage.removeItem(key(userId, conversationId));
  else sessionStorage.setItem(key(userId, conversationId), text);
}

/** Forgets every draft: after signing out nothing personal stays in the browser. */
export function forgetDrafts(): void {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
}
