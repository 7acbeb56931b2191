/** Whether the server can be reached. Every call reports here; while it is away we knock with growing pauses. */
import { Store } from "./store";

export const away = new Store(false);

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let pauseMs = FIRST_PAUSE_MS;
const onReturn = new Set<() => void>();

async function knock(): Promise<void> {
  try {
    const response = await fetch("/health", { cache: "no-store", credentials: "same-origin" });
    if (![502, 503, 504].includes(response.status)) {
      connection.found();
      return;
    }
  } catch {
    // Still away: knock again after a longer pause.
  }
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  timer = setTimeout(() => void knock(), pauseMs);
}

export const connection = {
  lost(): void {
    if (away.get()) return;
    away.set(true);
    pauseMs = FIRST_PAUSE_MS;
    timer = setTimeout(() => void knock(), pauseMs);
  },

  found(): void {
    if (!away.get()) return;
    clearTimeout(timer);
    away.set(false);
    for (const listener of [...onReturn]) listener();
  },

  /** Knocks at once, for the button in the banner. */
  retryNow(): void {
    clearTimeout(timer);
    void knock();
  },

  whenBack(listener: () => void): () => void {
    onReturn.add(listener);
    return () => onReturn.delete(listener);
  },

  /** Resolves when the server is back, at the latest after `ms`. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(limit);
        stop();
        resolve();
      };
      const limit = setTimeout(finish, ms);
      const stop = connection.whenBack(finish);
    });
  },
};
