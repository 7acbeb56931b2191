import type { ReactNode } from "react";

interface Props {
  id: string;
  title: string;
  note?: string;
  children: ReactNode;
}

/** One part of the day panel. */
export function Section({ id, title, note, children }: Props) {
  return (
    <section aria-labelledby={id}>
      <div className="mb-1 flex items-baseline justify-between gap-3">
        <h3 id={id} className="font-bold">
          {title}
        </h3>
        {note && <span className="text-sm text-muted tabular-nums">{note}</span>}
      </div>
      {children}
    </section>
  );
}

export function Quiet({ children }: { children: ReactNode }) {
  return <p className="py-1 text-muted">{children}</p>;
}

export function Failed({ what, onRetry }: { what: string; onRetry: () => void }) {
  return (
    <p className="py-1 text-muted">
      {what} could not be loaded.{" "}
      <button type="button" className="link" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}

export function Waiting() {
  return (
    <div className="animate-late py-1" aria-hidden="true">
      <div className="h-6 w-2/3 rounded-lg bg-sunken" />
    </div>
  );
}
