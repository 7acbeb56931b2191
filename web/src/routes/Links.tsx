/** The pages that links in mails lead to, and the one that asks for such a link. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Doorway } from "../components/Doorway";
import { Field, News, Submit, Trouble, useAction } from "../components/form";
import { send } from "../lib/api";
import { queryClient } from "../lib/queries";

const OPEN = { anonymous: true };

function ToSignIn({ text = "Go to the sign-in page" }: { text?: string }) {
  return (
    <p className="mt-6 text-center">
      <Link to="/sign-in" className="link">
        {text}
      </Link>
    </p>
  );
}

/** The token works once, so that it must not stay where the address is kept: in the history. */
function useToken(from: "/verify-email" | "/reset-password"): string {
  const [token] = useState(useSearch({ from }).token ?? "");
  useEffect(() => window.history.replaceState(window.history.state, "", window.location.pathname), []);
  return token;
}

/** Confirms at a press, not by itself: programs that look at links in mails would use the token up. */
export function VerifyEmail() {
  const token = useToken("/verify-email");
  const [done, setDone] = useState(false);
  const action = useAction();
  const confirm = async (): Promise<void> => {
    if (!(await action.run(() => send("POST", "/api/v1/auth/verify-email", { token }, OPEN)))) return;
    setDone(true);
    queryClient.removeQueries({ queryKey: ["me"] });
  };
  if (done) {
    return (
      <Doorway title="Your address is confirmed" text="That was all.">
        <Link to="/" className="primary w-full">
          Go to your day
        </Link>
      </Doorway>
    );
  }
  return (
    <Doorway title="Confirm your address" text="One press, and it is yours.">
      <div className="card space-y-4">
        <Trouble text={action.trouble} />
        <button type="button" className="primary w-full" autoFocus aria-disabled={action.busy} onClick={() => void confirm()}>
          {action.busy ? "One moment…" : "Yes, this is my address"}
        </button>
        {action.trouble && <p className="text-sm text-muted">You can have another link sent under Settings, Profile.</p>}
      </div>
      <ToSignIn />
    </Doorway>
  );
}

export function ResetPassword() {
  const token = useToken("/reset-password");
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password === "") return action.say("Enter a new password.");
    if (!(await action.run(() => send("POST", "/api/v1/auth/reset-password", { token, new_password: password }, OPEN)))) {
      form.current?.querySelector("input")?.focus();
      return;
    }
    queryClient.clear();
    setDone(true);
  };
  if (done) {
    return (
      <Doorway title="Your password is set" text="You were signed out everywhere. Sign in with the new one.">
        <button type="button" className="primary w-full" autoFocus onClick={() => void navigate({ to: "/sign-in", search: {} })}>
          Sign in
        </button>
      </Doorway>
    );
  }
  return (
    <Doorway title="Choose a new password">
      <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="card space-y-4">
        <Field id="password" label="New password" type="password" autoComplete="new-password" hint="A few random words make a good one." value={password} onChange={setPassword} />
        <Trouble text={action.trouble} />
        <Submit busy={action.busy} className="w-full">
          Set the password
        </Submit>
      </form>
      <p className="mt-6 text-center">
        <Link to="/forgot-password" className="link">
          Send me another link
        </Link>
      </p>
    </Doorway>
  );
}

export function ForgotPassword() {
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSent(false);
    setSent(await action.run(() => send("POST", "/api/v1/auth/forgot-password", { email: email.trim() }, OPEN)));
  };
  return (
    <Doorway title="Forgot your password?" text="Tell us your address, and a link that sets a new one comes by mail.">
      <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="card space-y-4">
        <Field id="email" label="Email" type="email" autoComplete="username" value={email} onChange={setEmail} />
        <Trouble text={action.trouble} />
        <News text={sent ? "If there is an account with this address, a link is on its way. It works for 30 minutes." : ""} />
        <Submit busy={action.busy} className="w-full">
          {sent ? "Send it again" : "Send me the link"}
        </Submit>
      </form>
      <ToSignIn text="Back to signing in" />
    </Doorway>
  );
}
