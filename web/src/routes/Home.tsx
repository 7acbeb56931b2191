import { useQuery } from "@tanstack/react-query";
import { useParams, useRouterState } from "@tanstack/react-router";
import { CalendarDays, MessageCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { Chat } from "../components/Chat";
import { ConfirmHint } from "../components/ConfirmHint";
import { Conversations } from "../components/Conversations";
import { Logo } from "../components/Logo";
import { Toasts } from "../components/Toasts";
import { TodayPanel } from "../components/TodayPanel";
import { TopBar } from "../components/TopBar";
import { announce, unseen } from "../lib/notices";
import { markRead, meQuery, noticesQuery, queryClient } from "../lib/queries";
import { adoptZone, remember } from "../lib/session";
import { knownZone } from "../lib/time";
import type { Me } from "../lib/types";

type View = "chat" | "today";

export function Splash() {
  return (
    <main className="grid h-full place-items-center" aria-busy="true">
      <h1 className="sr-only">Steward is opening</h1>
      <Logo className="size-14 animate-late" />
    </main>
  );
}

/** Toasts what is new since the last look, and reads the panel again because news means something changed. */
function useNews(): void {
  const notices = useQuery(noticesQuery).data?.notifications;
  useEffect(() => {
    if (!notices) return;
    const news = unseen(notices);
    // What could not be marked stays unread in the bell.
    news.forEach((one) => announce(one, (id) => void markRead(id).catch(() => undefined)));
    if (news.length > 0) void queryClient.invalidateQueries({ queryKey: ["panel"] });
  }, [notices]);
}

function useComposerShortcut(show: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      show();
      requestAnimationFrame(() => document.getElementById("composer")?.focus());
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [show]);
}

const VIEWS = [
  { view: "chat" as const, label: "Chat", Icon: MessageCircle },
  { view: "today" as const, label: "Today", Icon: CalendarDays },
];

function Tabs({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    <nav aria-label="Parts of the page" className="tabs grid shrink-0 grid-cols-2 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {VIEWS.map(({ view: one, label, Icon }) => (
        <button
          key={one}
          type="button"
          aria-current={view === one ? "page" : undefined}
          onClick={() => onChange(one)}
          className={`flex min-h-14 flex-col items-center justify-center gap-0.5 text-sm -outline-offset-2 ${view === one ? "font-bold text-accent" : "text-muted"}`}
        >
          <Icon className="size-5" aria-hidden="true" />
          {label}
        </button>
      ))}
    </nav>
  );
}

const showChat = (set: (view: View) => void) => () => set("chat");

function Shell({ me }: { me: Me }) {
  const { id } = useParams({ strict: false });
  const [view, setView] = useState<View>("chat");
  const [toChat] = useState(() => showChat(setView));
  useNews();
  useComposerShortcut(toChat);
  const opened = useRouterState({ select: (state) => state.location.state.opened === true });
  useEffect(() => {
    // Whoever turned to their day right after sending stays there when the new conversation gets its address.
    if (!opened) setView("chat");
  }, [id, opened]);
  useEffect(() => {
    remember(me);
    void adoptZone(me).catch(() => undefined);
    // Only once per sign-in: a zone changed later on purpose is left alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [me.id]);

  return (
    <div className="flex h-full flex-col">
      <a href="#composer" className="sr-only z-50 rounded-xl bg-accent px-4 py-2 font-semibold text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the message box
      </a>
      <TopBar me={me} />
      <ConfirmHint me={me} />
      <div className="flex min-h-0 flex-1">
        <aside aria-label="Earlier" className="hidden w-64 shrink-0 flex-col border-r border-line lg:flex">
          <Conversations zone={me.timezone} />
        </aside>
        <main className="flex min-w-0 flex-1">
          <h1 className="sr-only">Steward</h1>
          <div className={`min-w-0 flex-1 flex-col md:flex ${view === "chat" ? "flex" : "hidden"}`}>
            <Chat key={id ?? "new"} me={me} conversationId={id ?? null} />
          </div>
          <section
            aria-label="Your day"
            tabIndex={0}
            className={`min-w-0 overflow-y-auto overscroll-contain border-line bg-surface -outline-offset-2 md:block md:w-80 md:shrink-0 md:border-l xl:w-92 ${view === "today" ? "flex-1 md:flex-none" : "hidden"}`}
          >
            <TodayPanel zone={me.timezone} />
          </section>
        </main>
      </div>
      <Tabs view={view} onChange={setView} />
      <Toasts />
    </div>
  );
}

export function Home() {
  const me = useQuery(meQuery).data;
  if (!me) return <Splash />;
  return <Shell me={{ ...me, timezone: knownZone(me.timezone) }} />;
}
