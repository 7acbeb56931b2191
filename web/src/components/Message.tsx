import { memo, useMemo } from "react";
import { describeActions } from "../lib/actions";
import { clockTime } from "../lib/time";
import { stepsAsActions, type Turn } from "../lib/turn";
import type { ChatMessage } from "../lib/types";
import { ActionChips } from "./ActionChips";
import { Logo } from "./Logo";
import { Markdown } from "./Markdown";

export function UserMessage({ text, at, zone }: { text: string; at: string; zone: string }) {
  return (
    <article aria-label="You" className="flex flex-col items-end">
      <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 whitespace-pre-wrap break-words text-ink">
        {text}
      </div>
      <time dateTime={at} className="mt-1 px-1 text-xs text-muted tabular-nums">
        {clockTime(new Date(at), zone)}
      </time>
    </article>
  );
}

function Frame({ children, busy = false }: { children: React.ReactNode; busy?: boolean }) {
  return (
    <article aria-label="Steward" aria-busy={busy} className="flex gap-3">
      <Logo className="mt-0.5 size-7 shrink-0" />
      <div className="min-h-8 min-w-0 flex-1 pt-0.5">{children}</div>
    </article>
  );
}

const ENDINGS: Partial<Record<ChatMessage["status"], string>> = {
  cancelled: "Stopped here.",
  failed: "This answer could not be finished.",
};

interface StoredProps {
  message: ChatMessage;
  zone: string;
  onUndo?: (() => void) | undefined;
}

export const StewardMessage = memo(function StewardMessage({ message, zone, onUndo }: StoredProps) {
  const actions = useMemo(() => describeActions(message.actions ?? [], zone), [message.actions, zone]);
  const ending = ENDINGS[message.status];
  return (
    <Frame>
      <Markdown text={message.content} />
      {ending && <p className="mt-2 text-sm text-muted">{ending}</p>}
      <ActionChips actions={actions} onUndo={onUndo} />
    </Frame>
  );
});

function Dots({ text }: { text: string }) {
  return (
    <p className="flex h-7 animate-late items-center gap-2 text-sm text-muted">
      <span className="flex gap-1" aria-hidden="true">
        <span className="size-1.5 animate-breathe rounded-full bg-accent" />
        <span className="size-1.5 animate-breathe rounded-full bg-accent [animation-delay:180ms]" />
        <span className="size-1.5 animate-breathe rounded-full bg-accent [animation-delay:360ms]" />
      </span>
      {text}
    </p>
  );
}

function busyText(turn: Turn): string {
  if (turn.phase === "reconnecting") return "Connection lost. Picking up where we were…";
  if (turn.phase === "stopping") return "Stopping…";
  if (turn.phase === "sending") return "Sending…";
  const running = turn.steps.find((step) => step.ok === null);
  return running ? `Using ${running.name.replace(/[_.-]+/g, " ")}…` : "Thinking…";
}

/** The answer that is being written. */
export function LiveMessage({ turn, zone, onRetry }: { turn: Turn; zone: string; onRetry?: (() => void) | undefined }) {
  const actions = useMemo(() => describeActions(stepsAsActions(turn.steps), zone), [turn.steps, zone]);
  const failed = turn.phase === "failed";
  return (
    <Frame busy={!failed}>
      {turn.answer && <Markdown text={turn.answer} />}
      {!failed && turn.phase !== "writing" && <Dots text={busyText(turn)} />}
      {failed && (
        <p role="alert" className="rounded-xl bg-danger-soft px-4 py-2.5 text-danger">
          {turn.error ?? "This answer could not be finished."}{" "}
          {onRetry && (
            <button type="button" onClick={onRetry} className="font-semibold underline underline-offset-3">
              Try again
            </button>
          )}
        </p>
      )}
      <ActionChips actions={actions} />
    </Frame>
  );
}
