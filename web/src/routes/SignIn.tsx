import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Doorway } from "../components/Doorway";
import { Field, Submit, Trouble, useAction } from "../components/form";
import { SecondStep } from "../components/SecondStep";
import { waysInQuery } from "../lib/account";
import { ApiError } from "../lib/api";
import { canUsePasskeys } from "../lib/passkeys";
import { oauthTrouble, ownPath } from "../lib/paths";
import { createAccount, signIn, signInWithPasskey, type Pending } from "../lib/session";
import { trouble as inWords } from "../lib/text";

type Mode = "in" | "new";

const SHORTEST_PASSWORD = 8;

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

/** The way back from another provider leaves a half-done sign-in behind the #, where no server sees it. */
function broughtAlong(): Pending | null {
  const told = new URLSearchParams(window.location.hash.slice(1));
  const token = told.get("mfa_token");
  return token === null ? null : { token, methods: (told.get("mfa_methods") ?? "").split(",") };
}

/** Passkeys and other providers: what works here, and nothing else. */
function OtherWays({ next, onPending, onDone }: { next: string; onPending: (pending: Pending) => void; onDone: () => Promise<void> }) {
  const providers = useQuery(waysInQuery).data?.items ?? [];
  const action = useAction();
  const byPasskey = async (): Promise<void> => {
    let pending: Pending | null = null;
    const work = async (): Promise<void> => {
      pending = await signInWithPasskey();
    };
    if (!(await action.run(work))) return;
    if (pending) onPending(pending);
    else await onDone();
  };
  if (!canUsePasskeys() && providers.length === 0) return null;
  return (
    <div className="mt-4 space-y-3">
      {canUsePasskeys() && (
        <button type="button" className="secondary w-full" aria-disabled={action.busy} onClick={() => void byPasskey()}>
          <KeyRound className="size-4.5" aria-hidden="true" />
          Sign in with a passkey
        </button>
      )}
      {providers.map((one) => (
        <a key={one.name} className="secondary w-full" href={`/api/v1/oauth/sign-in/${one.name}?redirect_uri=${encodeURIComponent(next)}`}>
          {`Sign in with ${one.display_name}`}
        </a>
      ))}
      {action.trouble && <Trouble text={action.trouble} />}
    </div>
  );
}

export function SignIn() {
  const search = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const [mode, setMode] = useState<Mode>("in");
  const [pending, setPending] = useState<Pending | null>(broughtAlong);
  const [values, setValues] = useState<Values>({ name: "", email: "", password: "" });
  const [errors, setErrors] = useState<Errors>({});
  const [trouble, setTrouble] = useState(oauthTrouble(search.oauth_error));
  const [busy, setBusy] = useState(false);
  const creating = mode === "new";
  const goOn = (): Promise<void> => navigate({ to: ownPath(search.next) });

  useEffect(() => {
    if (pending === null) form.current?.querySelector("input")?.focus();
  }, [creating, pending]);

  useEffect(() => {
    if (window.location.hash !== "") window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }, []);

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
      const missing = await (creating ? createAccount(values.name.trim(), email, values.password) : signIn(email, values.password));
      if (missing) {
        setPending(missing);
        setBusy(false);
      } else await goOn();
    } catch (error) {
      const text = inWords(error);
      const field = blamed(error);
      setBusy(false);
      if (field) setErrors({ [field]: text });
      else setTrouble(text);
      const box = form.current?.querySelector<HTMLInputElement>(`#${field ?? "password"}`);
      box?.focus();
      box?.select();
    }
  };

  const startAgain = (): void => {
    setPending(null);
    setValues((now) => ({ ...now, password: "" }));
  };

  if (pending) {
    return (
      <Doorway title="One more step" text="Your account is guarded by a second proof.">
        <SecondStep pending={pending} onDone={goOn} onBack={startAgain} />
      </Doorway>
    );
  }
  const welcome = search.ended ? "Your session ended. Sign in to go on; what you wrote is kept." : "One calm place for your day.";
  return (
    <Doorway title={creating ? "Create your account" : "Welcome to Steward"} text={welcome}>
      <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="card space-y-4">
        {creating && <Field id="name" label="Your name" autoComplete="name" value={values.name} error={errors.name ?? ""} onChange={set("name")} />}
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
        <Trouble text={trouble} />
        <Submit busy={busy} className="w-full">
          {creating ? "Create account" : "Sign in"}
        </Submit>
        {!creating && (
          <p className="text-center text-sm">
            <Link to="/forgot-password" className="link">
              Forgot your password?
            </Link>
          </p>
        )}
      </form>
      {!creating && <OtherWays next={ownPath(search.next)} onPending={setPending} onDone={goOn} />}
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
    </Doorway>
  );
}
