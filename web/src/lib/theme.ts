/** Light or dark: what the account wants, or the device where it wants neither. */

export type Theme = "auto" | "light" | "dark";

const KEPT = "steward.theme";
const COLOURS = { light: "#f6f5f0", dark: "#141715" };

function known(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "auto";
}

function show(theme: Theme): void {
  const page = document.documentElement;
  if (theme === "auto") delete page.dataset["theme"];
  else page.dataset["theme"] = theme;
  for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = bar.media.includes("dark") ? "dark" : "light";
    bar.content = COLOURS[theme === "auto" ? own : theme];
  }
}

/** Shows the theme and keeps it, so that the next page begins in it. */
export function wear(text: string): void {
  const theme = known(text);
  if (theme === "auto") localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, theme);
  show(theme);
}

/** Shows the theme of the last visit, before anybody knows who looks. */
export function wearLast(): void {
  show(known(localStorage.getItem(KEPT)));
}
