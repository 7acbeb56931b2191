import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell, Menu } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { toast } from "../lib/notices";
import { noticesQuery } from "../lib/queries";
import type { Me } from "../lib/types";
import { Logo } from "./Logo";

const loadOverlays = () => import("./overlays");
const NoticesPopover = lazy(async () => ({ default: (await loadOverlays()).NoticesPopover }));
const AccountPopover = lazy(async () => ({ default: (await loadOverlays()).AccountPopover }));
const ConversationsDrawer = lazy(async () => ({ default: (await loadOverlays()).ConversationsDrawer }));

type Overlay = "notices" | "account" | "conversations";

function initials(me: Me): string {
  const words = (me.full_name || me.email).trim().split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

export function TopBar({ me }: { me: Me }) {
  const [open, setOpen] = useState<Overlay | null>(null);
  const bell = useRef<HTMLButtonElement>(null);
  const account = useRef<HTMLButtonElement>(null);
  const unread = useQuery(noticesQuery).data?.pagination.total ?? 0;
  const toggle = (one: Overlay) => (isOpen: boolean) => setOpen(isOpen ? one : null);
  const press = (one: Overlay) => async (): Promise<void> => {
    if (open === one) return setOpen(null);
    try {
      await loadOverlays();
      setOpen(one);
    } catch {
      toast({ id: "overlays", title: "That part could not be loaded", text: "Try again when Steward can be reached." });
    }
  };

  // Fetched once the page is quiet, so that the first click opens at once. If it fails now, the click tries again.
  useEffect(() => {
    const timer = setTimeout(() => void loadOverlays().catch(() => undefined), 1500);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Steward` : "Steward";
  }, [unread]);

  return (
    <header className="flex h-14 shrink-0 items-center gap-1 border-b border-line px-2 sm:px-3">
      <button type="button" className="icon-button lg:hidden" aria-label="Conversations" aria-haspopup="dialog" aria-expanded={open === "conversations"} onClick={() => void press("conversations")()}>
        <Menu className="size-5" aria-hidden="true" />
      </button>
      <Link to="/" aria-label="Steward, new conversation" className="flex items-center gap-2.5 rounded-xl px-2 py-1 text-lg font-bold tracking-tight">
        <Logo className="size-7" />
        Steward
      </Link>
      <div className="flex-1" />
      <button
        ref={bell}
        type="button"
        className="icon-button relative"
        aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}
        aria-haspopup="dialog"
        aria-expanded={open === "notices"}
        onClick={() => void press("notices")()}
      >
        <Bell className="size-5" aria-hidden="true" />
        {unread > 0 && (
          <span className="absolute top-1 right-0.5 grid h-4.5 min-w-4.5 place-items-center rounded-full bg-danger px-1 text-xs leading-none font-bold text-bg tabular-nums" aria-hidden="true">
            {unread > 99 ? "99+" : unread}
          </span>
        )}
      </button>
      <button
        ref={account}
        type="button"
        className="ml-1 grid size-10 place-items-center rounded-xl hover:bg-sunken"
        aria-haspopup="menu"
        aria-expanded={open === "account"}
        onClick={() => void press("account")()}
      >
        <span className="sr-only">{`Account of ${me.full_name || me.email}: `}</span>
        <span className="grid size-8 place-items-center rounded-full bg-accent-soft text-sm font-bold text-accent">
          {initials(me)}
        </span>
      </button>
      <Suspense fallback={null}>
        {open === "notices" && <NoticesPopover trigger={bell} open onOpenChange={toggle("notices")} zone={me.timezone} />}
        {open === "account" && <AccountPopover trigger={account} open onOpenChange={toggle("account")} me={me} />}
        {open === "conversations" && <ConversationsDrawer open onOpenChange={toggle("conversations")} zone={me.timezone} />}
      </Suspense>
    </header>
  );
}
