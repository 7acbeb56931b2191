import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { dismiss, toasts, type Toast } from "../lib/notices";
import { useStore } from "../lib/store";

const SHOWN_MS = 10_000;

function Card({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || toast.stays) return;
    const timer = setTimeout(() => dismiss(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, toast]);
  return (
    <li
      className="pointer-events-auto flex w-[min(22rem,calc(100vw-1.5rem))] animate-appear items-center gap-2 rounded-2xl bg-ink py-2 pr-2 pl-4 text-bg shadow-card"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className="min-w-0 flex-1 py-1 leading-snug">
        <p className="font-bold break-words">{toast.title}</p>
        {toast.text && <p className="line-clamp-3 break-words">{toast.text}</p>}
      </div>
      {toast.action && (
        <button
          type="button"
          className="min-h-9 rounded-lg px-3 font-bold underline underline-offset-3 focus-visible:outline-bg"
          onClick={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      )}
      {!toast.stays && (
        <button type="button" aria-label={`Dismiss: ${toast.title}`} className="grid size-9 place-items-center rounded-lg focus-visible:outline-bg" onClick={() => dismiss(toast.id)}>
          <X className="size-4" aria-hidden="true" />
        </button>
      )}
    </li>
  );
}

/** Short news at the edge of the page; read out, never stealing the focus, held while pointed at. */
export function Toasts() {
  const list = useStore(toasts);
  return (
    <div role="status" aria-live="polite" aria-label="News" className="pointer-events-none fixed inset-x-0 top-19 z-30 flex justify-center px-3">
      <ul className="space-y-2">
        {list.map((toast) => (
          <Card key={toast.id} toast={toast} />
        ))}
      </ul>
    </div>
  );
}
