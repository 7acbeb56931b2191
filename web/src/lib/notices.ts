/** Toasts inside the page, and notifications of the operating system where the person allowed them. */
import { Store } from "./store";
import { capital } from "./text";
import type { Notice } from "./types";

export interface Toast {
  id: string;
  title: string;
  text: string;
  /** What the button does, if there is one. */
  action?: { label: string; run: () => void };
  /** Stays until the person says they saw it. */
  stays?: boolean;
}

const SHOWN = 3;

export const toasts = new Store<readonly Toast[]>([]);

export function toast(one: Toast): void {
  toasts.set([...toasts.get().filter((other) => other.id !== one.id), one].slice(-SHOWN));
}

export function dismiss(id: string): void {
  toasts.set(toasts.get().filter((one) => one.id !== id));
}

let seen: Set<string> | null = null;

/** Returns the notices that were not there when we last looked; none on the first look after signing in. */
export function unseen(notices: Notice[]): Notice[] {
  const before = seen;
  seen = new Set([...(before ?? []), ...notices.map((notice) => notice.id)]);
  return before === null ? [] : notices.filter((notice) => !before.has(notice.id));
}

export function forgetSeen(): void {
  seen = null;
}

export type Permission = "unsupported" | NotificationPermission;

export function permission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

/** Shows a notice. A reminder stays until `markRead` was pressed: who looks away for a moment must not miss it. */
export function announce(notice: Notice, markRead: (id: string) => void): void {
  const stays = typeof notice.data?.["reminder_id"] === "string";
  const seenIt = { label: "Got it", run: () => markRead(notice.id) };
  toast({ id: notice.id, title: notice.title, text: capital(notice.message), ...(stays ? { stays, action: seenIt } : {}) });
  if (permission() !== "granted" || !document.hidden) return;
  try {
    const shown = new Notification(notice.title, { body: notice.message, tag: notice.id, icon: "/ui/icon-192.png" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Some phones only allow this from a service worker; the toast is there anyway.
  }
}
