import { useNavigate, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Logo } from "../components/Logo";
import { ApiError } from "../lib/api";
import { createAccount, signIn } from "../lib/session";

type Mode = "in" | "new";

const SHORTEST_PASSWORD = 8;

interface FieldProps {
  id: string;
  label: string;
  type: string;
  value: string;
  autoComplete: string;
  error: string;
  hint?: string;
  onChange: (value: string) => void;
}

function Field({ id, label, type, value, autoComplete, error, hint, onChange }: FieldProps) {
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

interface Values {
  name: string;
  email: string;
  password: string;
}

type Errors = Partial<Record<keyof Values, string>>;

function check(values: Values, mode: Mode): Errors {
  const errors: Errors = {};
  if (mode === "new" && values.name.trim() === "") errors.name = "What should I call you?";
  if (!/^[^\s@]+@[^\s@]+$/.test(values.email.trim())) errors.email = "Enter an address like name@example.com.";
  if (values.password === "") errors.password = "Enter your password.";
  else if (mode === "new" && values.password.length < SHORTEST_PASSWORD) errors.password = `Use at least ${SHORTEST_PASSWORD} characters.`;
  return errors;
}

/** The field of the form that the server complains about; null when it is about no single one. */
function blamed(error: unknown): keyof Values | null {
  const field = error instanceof ApiError ? error.field : "";
  if (field === "full_name") return "name";
  return field === "email" || field === "password" ? field : null;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Only ever leads back into this app. */
function ownPath(next: string | undefined): string {
  return next && /^\/c\/[\w-]+$/.test(next) ? next : "/";
}

export function SignIn() {
  const search = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const [mode, setMode] = useState<Mode>("in");
  const [values, setValues] = useState<Values>({ name: "", email: "", password: "" });
  const [errors, setErrors] = useState<Errors>({});
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const creating = mode === "new";

  useEffect(() => {
    document.title = creating ? "Create an account · Steward" : "Sign in · Steward";
    form.current?.querySelector("input")?.focus();
  }, [creating]);

  const set = (name: keyof Values) => (value: string) => {
    setValues((now) => ({ ...now, [name]: value }));
    setErrors((now) => ({ ...now, [name]: "" }));
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const found = check(values, mode);
    setErrors(found);
    setTrouble("");
    const wrong = Object.keys(found)[0];
    if (wrong) {
      form.current?.querySelector<HTMLInputElement>(`#${wrong}`)?.focus();
      return;
    }
    setBusy(true);
    try {
      const email = values.email.trim();
      await (creating ? createAccount(values.name.trim(), email, values.password) : signIn(email, values.password));
      await navigate({ to: ownPath(search.next) });
    } catch (error) {
      const text = sentence(error instanceof Error ? error.message : "That did not work. Try again.");
      const field = blamed(error);
      setBusy(false);
      if (field) setErrors({ [field]: text });
      else setTrouble(text);
      const box = form.current?.querySelector<HTMLInputElement>(`#${field ?? "password"}`);
      box?.focus();
      box?.select();
    }
  };

  return (
    <main className="grid min-h-full content-start justify-items-center bg-[radial-gradient(60rem_30rem_at_50%_110%,var(--accent-soft),transparent)] px-4 pt-[clamp(1.5rem,14vh,9rem)] pb-10">
      <div className="w-full max-w-sm">
        <div className="mb-8 text-center">
          <Logo className="mx-auto size-14" />
          <h1 className="mt-4 text-3xl font-bold tracking-tight">{creating ? "Create your account" : "Welcome to Steward"}</h1>
          <p className="mt-1 text-muted text-balance">{search.ended ? "Your session ended. Sign in to go on; what you wrote is kept." : "One calm place for your day."}</p>
        </div>
        <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="space-y-4 rounded-3xl border border-line bg-surface p-6 shadow-card">
          {creating && <Field id="name" label="Your name" type="text" autoComplete="name" value={values.name} error={errors.name ?? ""} onChange={set("name")} />}
          <Field id="email" label="Email" type="email" autoComplete="username" value={values.email} error={errors.email ?? ""} onChange={set("email")} />
          <Field
            id="password"
            label="Password"
            type="password"
            autoComplete={creating ? "new-password" : "current-password"}
            value={values.password}
            error={errors.password ?? ""}
            {...(creating ? { hint: "A few random words make a good one." } : {})}
            onChange={set("password")}
          />
          <div role="alert">{trouble && <p className="rounded-xl bg-danger-soft px-4 py-2.5 text-danger">{trouble}</p>}</div>
          <button type="submit" className="primary w-full" aria-disabled={busy}>
            {busy ? "One moment…" : creating ? "Create account" : "Sign in"}
          </button>
        </form>
        <p className="mt-6 text-center text-muted text-balance">
          {creating ? "You have an account? " : "New here? "}
          <button
            type="button"
            className="link"
            onClick={() => {
              setMode(creating ? "in" : "new");
              setErrors({});
              setTrouble("");
            }}
          >
            {creating ? "Sign in" : "Create an account"}
          </button>
        </p>
        {!creating && !search.ended && (
          <p className="mt-3 text-center text-sm text-muted text-balance">Just installed? The terminal that runs Steward shows the owner’s address and password.</p>
        )}
      </div>
    </main>
  );
}
