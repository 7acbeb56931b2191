import { useQuery } from "@tanstack/react-query";
import { SureButton, Trouble, useAction } from "../../components/form";
import { Failed, Waiting } from "../../components/Section";
import { Block, Row, Rows } from "../../components/Sheet";
import { change, passkeysQuery, readSettings, type Passkey } from "../../lib/account";
import { canUsePasskeys, makePasskey } from "../../lib/passkeys";
import { dateText } from "../../lib/time";

function PasskeyRow({ passkey, zone }: { passkey: Passkey; zone: string }) {
  const action = useAction();
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", `/api/v1/passkeys/${passkey.id}`, {}))) await readSettings();
  };
  const used = passkey.last_used_at ? `last used ${dateText(new Date(passkey.last_used_at), zone)}` : "not used yet";
  return (
    <Row title={passkey.name} note={`Added ${dateText(new Date(passkey.created_at), zone)}, ${used}`}>
      <SureButton label="Remove" of={passkey.name} sure="Yes, remove it" busy={action.busy} onSure={() => void remove()} />
      {action.trouble && (
        <div className="w-full">
          <Trouble text={action.trouble} />
        </div>
      )}
    </Row>
  );
}

/** "Passkey of this Mac": who has several tells them apart by the device. */
function deviceName(): string {
  const found = /iPhone|iPad|Android|Windows|Mac|CrOS|Linux/.exec(navigator.userAgent)?.[0];
  return found ? `${found === "CrOS" ? "Chromebook" : found} passkey` : "Passkey";
}

async function add(): Promise<void> {
  const { options } = await change<{ options: Record<string, unknown> }>("POST", "/api/v1/passkeys/register/begin", {});
  const credential = await makePasskey(options);
  await change("POST", "/api/v1/passkeys/register/finish", { credential, name: deviceName() });
  await readSettings();
}

export function Passkeys({ zone }: { zone: string }) {
  const passkeys = useQuery(passkeysQuery);
  const action = useAction();
  const items = passkeys.data?.items ?? [];
  return (
    <Block
      id="passkeys"
      title="Passkeys"
      text={canUsePasskeys() ? "Sign in with your finger, your face or this device’s PIN." : "This browser has no passkeys here; they need an https address."}
      aside={
        canUsePasskeys() && (
          <button type="button" className="secondary" aria-disabled={action.busy} onClick={() => void action.run(add)}>
            {action.busy ? "One moment…" : "Add a passkey"}
          </button>
        )
      }
    >
      {passkeys.isPending && <Waiting />}
      {passkeys.isError && <Failed what="Your passkeys" onRetry={() => void passkeys.refetch()} />}
      {items.length > 0 && (
        <Rows label="Passkeys">
          {items.map((one) => (
            <PasskeyRow key={one.id} passkey={one} zone={zone} />
          ))}
        </Rows>
      )}
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}
