/** Small rules of writing. */

/** "call mum" begins a line as "Call mum"; "iPhone" and "SAP" stay as they are. */
export function capital(text: string): string {
  const [word = ""] = text.split(/\s/, 1);
  return word === word.toLowerCase() ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
