/** Small rules of writing. */

/** "call mum" begins a line as "Call mum"; "iPhone" and "SAP" stay as they are. */
export function capital(text: string): string {
  const [word = ""] = text.split(/\s/, 1);
  return word === word.toLowerCase() ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** What the server says, as a sentence with its full stop. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What went wrong, in words. */
export function trouble(error: unknown): string {
  return sentence(error instanceof Error ? error.message : "That did not work. Try again.");
}
