/** The parts of forms: a labelled field that says what is wrong with it, and what went wrong with all of it. */
import { Eye, EyeOff } from "lucide-react";
import { useState, type HTMLAttributes, type ReactNode } from "react";
import { Declined, withProof } from "../lib/proof";
import { trouble } from "../lib/text";

interface FieldProps {
  id: string;
  label: string;
  type?: string;
  value: string;
  autoComplete?: string;
  inputMode?: HTMLAttributes<HTMLInputElement>["inputMode"];
  error?: string;
  hint?: string;
  autoFocus?: boolean;
  onChange: (value: string) => void;
}

export function Field({ id, label, type = "text", value, autoComplete = "off", inputMode, error = "", hint, autoFocus = false, onChange }: FieldProps) {
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  const note = error || hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          name={id}
          type={secret && shown ? "text" : type}
          value={value}
          autoComplete={autoComplete}
          inputMode={inputMode}
          autoFocus={autoFocus}
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={error !== ""}
          aria-describedby={note ? `${id}-note` : undefined}
          onChange={(event) => onChange(event.target.value)}
          className={`field ${secret ? "pr-12" : ""}`}
        />
        {secret && (
          <button type="button" className="icon-button absolute top-1/2 right-1 -translate-y-1/2" aria-label="Show the password" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? <EyeOff className="size-5" aria-hidden="true" /> : <Eye className="size-5" aria-hidden="true" />}
          </button>
        )}
      </div>
      {note && (
        <p id={`${id}-note`} className={`mt-1 text-sm ${error ? "text-danger" : "text-muted"}`}>
          {note}
        </p>
      )}
    </div>
  );
}

/** A field for the digits that an app or a text shows. */
export function CodeField(props: Pick<FieldProps, "id" | "label" | "value" | "hint" | "autoFocus" | "onChange">) {
  return <Field {...props} autoComplete="one-time-code" inputMode="numeric" />;
}

interface ChoiceProps {
  id: string;
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  hint?: string;
  onChange: (value: string) => void;
}

export function Choice({ id, label, value, options, hint, onChange }: ChoiceProps) {
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <select id={id} value={value} className="field" aria-describedby={hint ? `${id}-note` : undefined} onChange={(event) => onChange(event.target.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-note`} className="mt-1 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** What went wrong, read out at once. Empty it takes no room, but is there to be heard. */
export function Trouble({ text }: { text: string }) {
  return <div role="alert" className="last:empty:-mt-4">{text && <p className="rounded-xl bg-danger-soft px-4 py-2.5 text-danger">{text}</p>}</div>;
}

/** What went well, read out when there is a pause. */
export function News({ text }: { text: string }) {
  return <div role="status" className="last:empty:-mt-4">{text && <p className="rounded-xl bg-accent-soft px-4 py-2.5 text-accent-strong">{text}</p>}</div>;
}

export interface Action {
  busy: boolean;
  trouble: string;
  /** Does the work, asking "is it you?" where the server wants to know; true when it is done. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  say: (trouble: string) => void;
}

/** One thing that a part of a page does: once at a time, its failure in words. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [text, say] = useState("");
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    say("");
    try {
      await withProof(work);
      return true;
    } catch (error) {
      if (!(error instanceof Declined)) say(trouble(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, trouble: text, run, say };
}

interface SubmitProps {
  busy: boolean;
  children: ReactNode;
  className?: string;
}

export function Submit({ busy, children, className = "" }: SubmitProps) {
  return (
    <button type="submit" className={`primary ${className}`} aria-disabled={busy}>
      {busy ? "One moment…" : children}
    </button>
  );
}

interface SureProps {
  /** What is done; the name of the thing is in `of`, for those who hear the page. */
  label: string;
  of?: string;
  sure: string;
  busy?: boolean;
  onSure: () => void;
}

/** A button for what cannot be taken back: the second press does it. */
export function SureButton({ label, of, sure, busy = false, onSure }: SureProps) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" className="secondary" aria-label={of ? `${label}: ${of}` : undefined} onClick={() => setAsked(true)}>
        {label}
      </button>
    );
  }
  return (
    <span className="flex flex-wrap gap-2">
      <button type="button" className="secondary grave" autoFocus aria-disabled={busy} onClick={onSure}>
        {busy ? "One moment…" : sure}
      </button>
      <button type="button" className="secondary" onClick={() => setAsked(false)}>
        No
      </button>
    </span>
  );
}
