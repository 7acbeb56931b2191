/** A page with one thing to do, for people who are not in yet. */
import { useEffect, type ReactNode } from "react";
import { Logo } from "./Logo";

interface Props {
  title: string;
  text?: string;
  children: ReactNode;
}

export function Doorway({ title, text, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Steward`;
  }, [title]);
  return (
    <main className="grid min-h-full content-start justify-items-center bg-[radial-gradient(60rem_30rem_at_50%_110%,var(--accent-soft),transparent)] px-4 pt-[clamp(1.5rem,14vh,9rem)] pb-10">
      <div className="w-full max-w-sm">
        <div className="mb-8 text-center">
          <Logo className="mx-auto size-14" />
          <h1 className="mt-4 text-3xl font-bold tracking-tight text-balance">{title}</h1>
          {text && <p className="mt-1 text-muted text-balance">{text}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
