import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { CodeField, Field, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { Block } from "../../components/Sheet";
import { change, phonesQuery, readSettings, type MfaStatus } from "../../lib/account";
import { BackupCodes } from "./Authenticator";

type Step = "closed" | "number" | "code";

/** Codes by text message: weaker than an app, better than nothing. */
export function TextCodes({ status }: { status: MfaStatus }) {
  const known = useQuery(phonesQuery).data?.items.find((one) => one.is_primary)?.phone_number ?? "";
  const [step, setStep] = useState<Step>("closed");
  const [number, setNumber] = useState<string | null>(null);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<readonly string[]>([]);
  const action = useAction();
  const wanted = number ?? known;

  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await action.run(() => change("POST", "/api/v1/mfa/setup/sms", { phone_number: wanted.trim() }))) setStep("code");
  };
  const prove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const work = async (): Promise<void> => {
      const answer = await change<{ backup_codes?: string[] }>("POST", "/api/v1/mfa/verify/sms", { code: code.trim() });
      setCodes(answer.backup_codes ?? []);
    };
    if (!(await action.run(work))) return;
    setStep("closed");
    setCode("");
    await readSettings();
  };
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", "/api/v1/mfa/methods/sms", {}))) await readSettings();
  };

  return (
    <Block
      id="sms-title"
      title="Codes by text message"
      {...(status.sms_enabled ? { state: `On, to ${status.phone_number ?? "your number"}` } : { text: "For those who have no authenticator app." })}
      aside={
        status.sms_enabled ? (
          <SureButton label="Remove" of="Codes by text message" sure="Yes, remove it" busy={action.busy} onSure={() => void remove()} />
        ) : (
          step === "closed" && (
            <button type="button" className="secondary" aria-label="Set up codes by text message" onClick={() => setStep("number")}>
              Set up
            </button>
          )
        )
      }
    >
      {step === "number" && (
        <form noValidate onSubmit={(event) => void ask(event)} className="space-y-4">
          <Field id="sms-number" label="Number" type="tel" autoComplete="tel" autoFocus hint="With the country, like +44 20 7946 0000." value={wanted} onChange={setNumber} />
          <Trouble text={action.trouble} />
          <Submit busy={action.busy}>Text me a code</Submit>
        </form>
      )}
      {step === "code" && (
        <form noValidate onSubmit={(event) => void prove(event)} className="space-y-4">
          <CodeField id="sms-code" label="Code from the text message" hint={`We texted it to ${wanted}.`} autoFocus value={code} onChange={setCode} />
          <Trouble text={action.trouble} />
          <Submit busy={action.busy}>Switch it on</Submit>
        </form>
      )}
      {step === "closed" && action.trouble && <Trouble text={action.trouble} />}
      {codes.length > 0 && <BackupCodes codes={codes} onKept={() => setCodes([])} />}
    </Block>
  );
}
