import { ArrowUp, Square } from "lucide-react";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { keepDraft, readDraft } from "../lib/draft";

const LONGEST = 8000;
const TALLEST_PX = 200;

export interface ComposerHandle {
  focus: () => void;
  /** Puts a text into the box, for example one that could not be sent. */
  restore: (text: string) => void;
}

interface Props {
  userId: string;
  conversationId: string | null;
  /** An answer is being written: the button stops it. */
  busy: boolean;
  stopping: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
  handle: Ref<ComposerHandle>;
}

/** An answer that comes at once needs no way to stop it, and the button would only flash. */
const STOP_AFTER_MS = 250;

function useLasting(busy: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    setLasting(false);
    if (!busy) return;
    const timer = setTimeout(() => setLasting(true), STOP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [busy]);
  return busy && lasting;
}

/** The one box to write in. Enter sends, Shift+Enter makes a new line, Escape stops the answer. */
export function Composer({ userId, conversationId, busy, stopping, onSend, onStop, handle }: Props) {
  const [text, setText] = useState(() => readDraft(userId, conversationId));
  const box = useRef<HTMLTextAreaElement>(null);
  const stoppable = useLasting(busy);

  const write = (value: string): void => {
    setText(value);
    keepDraft(userId, conversationId, value);
  };

  useImperativeHandle(handle, () => ({
    focus: () => box.current?.focus(),
    restore: (value) => setText((now) => (now === "" ? value : now)),
  }));

  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, TALLEST_PX)}px`;
  }, [text]);

  // Not where that would bring up a keyboard that covers half of the screen.
  const toBox = (): void => {
    if (window.matchMedia("(pointer: fine)").matches) box.current?.focus();
  };

  useEffect(toBox, []);

  const submit = (): void => {
    const message = text.trim();
    if (message === "" || busy) return;
    write("");
    onSend(message);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && busy) {
      onStop();
    }
  };

  const action = "grid size-10 shrink-0 place-items-center rounded-xl transition-colors";
  return (
    <form
      className="rounded-2xl border border-field/50 bg-surface p-1.5 shadow-card focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor="composer" className="sr-only">
        Message to Steward
      </label>
      <div className="flex items-end gap-2">
        <textarea
          id="composer"
          ref={box}
          value={text}
          rows={1}
          maxLength={LONGEST}
          enterKeyHint="send"
          placeholder="Write anything…"
          aria-describedby="composer-hint"
          aria-keyshortcuts="Control+K Meta+K"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          className="max-h-[200px] min-h-10 flex-1 resize-none bg-transparent px-3 py-2 outline-none placeholder:text-muted"
        />
        {stoppable ? (
          <button
            key="stop"
            type="button"
            onClick={() => {
              onStop();
              toBox();
            }}
            disabled={stopping}
            aria-label="Stop the answer"
            className={`${action} bg-ink text-bg disabled:opacity-60`}
          >
            <Square className="size-4 fill-current" aria-hidden="true" />
          </button>
        ) : (
          <button
            key="send"
            type="submit"
            aria-label="Send"
            disabled={busy || text.trim() === ""}
            className={`${action} bg-accent text-accent-ink hover:bg-accent-strong disabled:bg-sunken disabled:text-muted`}
          >
            <ArrowUp className="size-5" aria-hidden="true" />
          </button>
        )}
      </div>
      <span id="composer-hint" className="sr-only">
        Enter sends, Shift and Enter makes a new line{busy ? ", Escape stops the answer" : ""}.
      </span>
    </form>
  );
}
