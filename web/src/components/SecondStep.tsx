/** The second step of signing in: one way at a time, the others a press away. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { canUsePasskeys } from "../lib/passkeys";
import { giveCode, givePasskey, hasPasskeys, textMe, type Factor, type Pending } from "../lib/session";
import { CodeField, Field, Submit, Trouble, useAction } from "./form";

const HOW: Record<Factor, { label: string; hint: string; link: string }> = {
  totp: { label: "Code from your authenticator app", hint: "It changes every 30 seconds.", link: "Use the authenticator app" },
  sms: { label: "Code from the text message", hint: "We texted it just now.", link: "Text me a code" },
  backup: { label: "Backup code", hint: "One of those you kept; each works once.", link: "Use a backup code" },
};

interface Props {
  pending: Pending;
  onDone: () => Promise<void>;
  onBack: () => void;
}

export function SecondStep({ pending, onDone, onBack }: Props) {
  const [factor, setFactor] = useState<Factor>(pending.methods.includes("totp") ? "totp" : "sms");
  const [code, setCode] = useState("");
  const [passkeys, setPasskeys] = useState(false);
  const [sent, setSent] = useState(false);
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);
  const texted = useRef(false);

  useEffect(() => {
    form.current?.querySelector("input")?.focus();
  }, [factor]);

  useEffect(() => {
    // Without an answer the other ways are still there.
    if (canUsePasskeys()) void hasPasskeys(pending).then(setPasskeys, () => undefined);
  }, [pending]);

  const text = async (): Promise<void> => {
    setSent(false);
    setSent(await action.run(() => textMe(pending)));
  };

  useEffect(() => {
    if (factor !== "sms" || texted.current) return;
    texted.current = true;
    void text();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [factor]);

  const take = (one: Factor): void => {
    setFactor(one);
    setCode("");
    action.say("");
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (code.trim() === "") return action.say("Enter the code.");
    if (await action.run(() => giveCode(pending, factor, code.trim()))) return onDone();
    form.current?.querySelector("input")?.select();
  };

  const byPasskey = async (): Promise<void> => {
    if (await action.run(() => givePasskey(pending))) await onDone();
  };

  const { label, hint } = HOW[factor];
  const said = factor === "sms" && !sent ? {} : { hint };
  const others = (["totp", "sms", "backup"] as const).filter((one) => one !== factor && (one === "backup" || pending.methods.includes(one)));
  return (
    <>
      <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="card space-y-4">
        {factor === "backup" ? (
          <Field id="code" label={label} {...said} value={code} onChange={setCode} />
        ) : (
          <CodeField id="code" label={label} {...said} value={code} onChange={setCode} />
        )}
        <Trouble text={action.trouble} />
        <Submit busy={action.busy} className="w-full">
          Go on
        </Submit>
        {factor === "sms" && (
          <button type="button" className="link" onClick={() => void text()}>
            Text it again
          </button>
        )}
      </form>
      <ul className="mt-6 space-y-3 text-center">
        {passkeys && (
          <li>
            <button type="button" className="link" onClick={() => void byPasskey()}>
              Use a passkey
            </button>
          </li>
        )}
        {others.map((one) => (
          <li key={one}>
            <button type="button" className="link" onClick={() => take(one)}>
              {HOW[one].link}
            </button>
          </li>
        ))}
        <li>
          <button type="button" className="link" onClick={onBack}>
            Start again
          </button>
        </li>
      </ul>
    </>
  );
}
