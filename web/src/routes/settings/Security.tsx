import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Field, News, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { Failed, Waiting } from "../../components/Section";
import { Block, Row, Rows } from "../../components/Sheet";
import { change, devicesQuery, mfaQuery, readSettings, type Device } from "../../lib/account";
import { clockTime, relativeDay } from "../../lib/time";
import type { Me } from "../../lib/types";
import { Authenticator } from "./Authenticator";
import { Passkeys } from "./Passkeys";
import { TextCodes } from "./TextCodes";

function Password({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [done, setDone] = useState(false);
  const action = useAction();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (wanted === "") return action.say("Enter a new password.");
    const json = { current_password: current || null, new_password: wanted };
    if (!(await action.run(() => change("POST", "/api/v1/auth/change-password", json)))) return;
    setOpen(false);
    setCurrent("");
    setWanted("");
    setDone(true);
    await readSettings();
  };
  const start = (): void => {
    setDone(false);
    setOpen(true);
  };
  return (
    <Block
      id="password-title"
      title="Password"
      aside={
        !open && (
          <button type="button" className="secondary" onClick={start}>
            Change the password
          </button>
        )
      }
    >
      {open && (
        <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
          <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
          <Field id="current" label="Current password" type="password" autoComplete="current-password" autoFocus value={current} onChange={setCurrent} />
          <Field id="wanted" label="New password" type="password" autoComplete="new-password" hint="A few random words make a good one." value={wanted} onChange={setWanted} />
          <Trouble text={action.trouble} />
          <Submit busy={action.busy}>Set the password</Submit>
        </form>
      )}
      {done && <News text="Your password is changed. All other devices were signed out." />}
    </Block>
  );
}

function DeviceRow({ device, zone }: { device: Device; zone: string }) {
  const action = useAction();
  const at = new Date(device.last_activity);
  const seen = device.is_current ? "This device" : `Last seen ${relativeDay(at, zone, new Date()).toLowerCase()}, ${clockTime(at, zone)}`;
  const end = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", `/api/v1/sessions/${device.id}`))) await readSettings();
  };
  return (
    <Row title={device.device || "A program"} note={[seen, device.ip_address].filter(Boolean).join(" · ")}>
      {!device.is_current && (
        <button type="button" className="secondary" aria-label={`Sign out: ${device.device || "a program"}`} aria-disabled={action.busy} onClick={() => void end()}>
          Sign out
        </button>
      )}
      {action.trouble && (
        <div className="w-full">
          <Trouble text={action.trouble} />
        </div>
      )}
    </Row>
  );
}

function Devices({ zone }: { zone: string }) {
  const devices = useQuery(devicesQuery);
  const action = useAction();
  const items = [...(devices.data?.items ?? [])].sort((one, two) => Number(two.is_current) - Number(one.is_current));
  const endOthers = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", "/api/v1/sessions/all?keep_current=true"))) await readSettings();
  };
  return (
    <Block
      id="devices"
      title="Signed-in devices"
      aside={items.length > 1 && <SureButton label="Sign out everywhere else" sure="Yes, sign them out" busy={action.busy} onSure={() => void endOthers()} />}
    >
      {devices.isPending && <Waiting />}
      {devices.isError && <Failed what="Your devices" onRetry={() => void devices.refetch()} />}
      {items.length > 0 && (
        <Rows label="Signed-in devices">
          {items.map((one) => (
            <DeviceRow key={one.id} device={one} zone={zone} />
          ))}
        </Rows>
      )}
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}

export function Security({ me }: { me: Me }) {
  const status = useQuery(mfaQuery);
  return (
    <>
      {status.data?.mfa_setup_required && <News text="Your administrator asks for a second step. An authenticator app is the easiest." />}
      <Password me={me} />
      {status.isPending && <Waiting />}
      {status.isError && <Failed what="Your second step" onRetry={() => void status.refetch()} />}
      {status.data && (
        <>
          <Authenticator status={status.data} />
          <TextCodes status={status.data} />
        </>
      )}
      <Passkeys zone={me.timezone} />
      <Devices zone={me.timezone} />
    </>
  );
}
