import { CloudOff } from "lucide-react";
import { away, connection } from "../lib/connection";
import { useStore } from "../lib/store";

/** Floats above the page while the server cannot be reached, so that nothing below it moves. */
export function AwayBanner() {
  const isAway = useStore(away);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-2 z-50 flex justify-center px-3">
      {isAway && (
        <p className="pointer-events-auto flex animate-late items-center gap-3 rounded-2xl border border-reminder/40 bg-reminder-soft px-4 py-2 text-sm shadow-card">
          <CloudOff className="size-5 shrink-0 text-reminder" aria-hidden="true" />
          <span>
            <strong>Steward cannot be reached.</strong> Trying again by itself; what you write is kept.
          </span>
          <button type="button" className="min-h-8 shrink-0 font-bold text-reminder underline underline-offset-3" onClick={() => connection.retryNow()}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
}
