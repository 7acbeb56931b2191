/** Pages beside the day: settings, people, outbox. A way back at the top, one column, nothing that moves. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { meQuery } from "../lib/queries";
import { knownZone } from "../lib/time";
import type { Me } from "../lib/types";
import { Logo } from "./Logo";
import { Toasts } from "./Toasts";

interface SheetProps {
  title: string;
  nav?: ReactNode;
  children: (me: Me) => ReactNode;
}

export function Sheet({ title, nav, children }: SheetProps) {
  const me = useQuery(meQuery).data;
  useEffect(() => {
    document.title = `${title} · Steward`;
  }, [title]);
  return (
    <div className="min-h-full">
      <header className="flex h-14 items-center border-b border-line px-2 sm:px-3">
        <Link to="/" className="flex min-h-10 items-center gap-2 rounded-xl px-2 font-semibold hover:bg-sunken">
          <ArrowLeft className="size-5 text-muted" aria-hidden="true" />
          Back to your day
        </Link>
      </header>
      <main className="mx-auto max-w-2xl px-4 pt-6 pb-16 sm:pt-10">
        <h1 className="text-3xl font-bold tracking-tight">{title}</h1>
        {nav}
        {me ? (
          <div className="mt-6 space-y-5">{children({ ...me, timezone: knownZone(me.timezone) })}</div>
        ) : (
          <p className="mt-10 grid place-items-center" aria-busy="true">
            <span className="sr-only">Loading</span>
            <Logo className="size-12 animate-late" />
          </p>
        )}
      </main>
      <Toasts />
    </div>
  );
}

interface BlockProps {
  id: string;
  title: string;
  /** How it stands, in a word or two. */
  state?: string;
  text?: string;
  /** The one thing to do, at the right of the title. */
  aside?: ReactNode;
  children?: ReactNode;
}

/** One matter: what it is, how it stands, and what can be done about it. */
export function Block({ id, title, state, text, aside, children }: BlockProps) {
  return (
    <section aria-labelledby={id} className="card space-y-4 p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-56">
          <h2 id={id} className="text-lg font-bold">
            {title}
          </h2>
          {state && <p className="font-semibold break-words text-accent">{state}</p>}
          {text && <p className="text-muted">{text}</p>}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}

interface RowProps {
  title: string;
  note?: string;
  children?: ReactNode;
}

/** A line of a list: a thing, a note about it, and what can be done with it. */
export function Row({ title, note, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-48 leading-snug">
        <p className="font-semibold break-words">{title}</p>
        {note && <p className="text-sm break-words text-muted">{note}</p>}
      </div>
      {children}
    </li>
  );
}

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="-mt-3 divide-y last:-mb-2 divide-line">
      {children}
    </ul>
  );
}
