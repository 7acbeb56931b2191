import { useState, type FormEvent } from "react";
import { CodeField, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { QrCode } from "../../components/QrCode";
import { Secret } from "../../components/Secret";
import { Block } from "../../components/Sheet";
import { change, readSettings, type MfaStatus, type TotpSetup } from "../../lib/account";

/** The codes for the day on which the phone is gone; nobody can show them again. */
export function BackupCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  return (
    <div className="space-y-4">
      <p>
        <strong>Keep these backup codes.</strong> Each signs you in once when your phone is not there. They are shown only now.
      </p>
      <Secret label="Backup codes" lines={codes} />
      <button type="button" className="primary" onClick={onKept}>
        I kept them
      </button>
    </div>
  );
}

/** "ABCD EFGH IJKL": a key that is typed is read in groups of four. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

function Scan({ setup, onDone }: { setup: TotpSetup; onDone: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState("");
  const action = useAction();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (code.trim() === "") return action.say("Enter the code that the app shows.");
    if (await action.run(() => change("POST", "/api/v1/mfa/verify/totp", { code: code.trim() }))) onDone(setup.backup_codes);
  };
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
      <p>Scan this with the app, then enter the code that it shows.</p>
      <QrCode dataUri={setup.qr_code} />
      <details>
        <summary className="link w-fit cursor-pointer">I cannot scan it</summary>
        <p className="mt-3 mb-2 text-muted">Enter this key in the app:</p>
        <Secret label="Key for your authenticator app" lines={[grouped(setup.secret)]} />
      </details>
      <CodeField id="totp" label="Code from the app" autoFocus value={code} onChange={setCode} />
      <Trouble text={action.trouble} />
      <Submit busy={action.busy}>Switch it on</Submit>
    </form>
  );
}

export function Authenticator({ status }: { status: MfaStatus }) {
  const [setup, setSetup] = useState<TotpSetup | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const action = useAction();

  const start = async (): Promise<void> => {
    await action.run(async () => setSetup(await change<TotpSetup>("POST", "/api/v1/mfa/setup/totp", {})));
  };
  const done = async (made: readonly string[]): Promise<void> => {
    setSetup(null);
    setCodes(made);
    await readSettings();
  };
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", "/api/v1/mfa/methods/totp", {}))) await readSettings();
  };
  const renew = async (): Promise<void> => {
    const work = async (): Promise<void> => setCodes((await change<{ backup_codes: string[] }>("POST", "/api/v1/mfa/regenerate-backup-codes", {})).backup_codes);
    if (await action.run(work)) await readSettings();
  };

  const left = status.backup_codes_remaining;
  return (
    <>
      <Block
        id="totp-title"
        title="Authenticator app"
        {...(status.totp_enabled ? { state: "On" } : { text: "A code from your phone guards your account, also when somebody knows your password." })}
        aside={
          status.totp_enabled ? (
            <SureButton label="Remove" of="Authenticator app" sure="Yes, remove it" busy={action.busy} onSure={() => void remove()} />
          ) : (
            !setup && (
              <button type="button" className="secondary" aria-label="Set up the authenticator app" aria-disabled={action.busy} onClick={() => void start()}>
                Set up
              </button>
            )
          )
        }
      >
        {setup && <Scan setup={setup} onDone={(made) => void done(made)} />}
        {action.trouble && <Trouble text={action.trouble} />}
      </Block>
      {(status.mfa_enabled || codes.length > 0) && (
        <Block
          id="backup-title"
          title="Backup codes"
          {...(codes.length > 0 ? {} : { state: `${left} left`, text: "For the day your phone is not there." })}
          aside={codes.length === 0 && <SureButton label="Make new ones" of="backup codes" sure="Yes, the old ones stop working" busy={action.busy} onSure={() => void renew()} />}
        >
          {codes.length > 0 && <BackupCodes codes={codes} onKept={() => setCodes([])} />}
        </Block>
      )}
    </>
  );
}
