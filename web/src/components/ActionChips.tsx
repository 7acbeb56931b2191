import { Bell, CalendarCheck, CircleAlert, Eye, ListChecks, Sparkles, Undo2 } from "lucide-react";
import type { ActionKind, ActionText } from "../lib/actions";

const ICONS: Record<ActionKind, typeof Bell> = {
  event: CalendarCheck,
  reminder: Bell,
  task: ListChecks,
  undo: Undo2,
  look: Eye,
  other: Sparkles,
};

const TINTS: Record<ActionKind, string> = {
  event: "bg-event-soft text-event",
  reminder: "bg-reminder-soft text-reminder",
  task: "bg-task-soft text-task",
  undo: "bg-sunken text-muted",
  look: "bg-sunken text-muted",
  other: "bg-sunken text-muted",
};

function Chip({ action }: { action: ActionText }) {
  const Icon = action.ok ? ICONS[action.kind] : CircleAlert;
  const tint = action.ok ? TINTS[action.kind] : "bg-danger-soft text-danger";
  return (
    <li className={`inline-flex min-h-8 max-w-full items-center gap-2 rounded-lg px-2.5 py-1 text-sm ${tint}`}>
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <span className="min-w-0 break-words">
        <span className="font-semibold">{action.label}</span>
        {action.detail && <span className="text-ink">{` ${action.detail}`}</span>}
      </span>
    </li>
  );
}

/** What the assistant really did, below its answer; with a way back where there is one. */
export function ActionChips({ actions, onUndo }: { actions: ActionText[]; onUndo?: (() => void) | undefined }) {
  if (actions.length === 0) return null;
  const undoable = onUndo !== undefined && actions.some((action) => action.undoable);
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <ul aria-label="What I did" className="flex min-w-0 flex-wrap gap-2">
        {actions.map((action, index) => (
          <Chip key={index} action={action} />
        ))}
      </ul>
      {undoable && (
        <button
          type="button"
          onClick={onUndo}
          className="inline-flex min-h-8 items-center gap-1.5 rounded-lg border border-line px-2.5 text-sm font-semibold text-muted hover:border-field hover:text-ink"
        >
          <Undo2 className="size-4" aria-hidden="true" />
          Undo
        </button>
      )}
    </div>
  );
}
