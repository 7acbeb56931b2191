import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Choice, Field, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { Failed, Waiting } from "../../components/Section";
import { Secret } from "../../components/Secret";
import { Block, Row, Rows } from "../../components/Sheet";
import { change, keysQuery, readSettings, type ApiKey } from "../../lib/account";
import { endOf, LIVES, PRESETS, scopesText } from "../../lib/scopes";
import { dateText } from "../../lib/time";
import type { Me } from "../../lib/types";

function KeyRow({ apiKey, zone }: { apiKey: ApiKey; zone: string }) {
  const action = useAction();
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", `/api/v1/api-keys/${apiKey.id}`))) await readSettings();
  };
  const day = (text: string): string => dateText(new Date(text), zone);
  const over = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= Date.now();
  const ends = apiKey.expires_at === null ? "does not end" : `${over ? "ended" : "ends"} ${day(apiKey.expires_at)}`;
  const used = apiKey.last_used_at === null ? "not used yet" : `last used ${day(apiKey.last_used_at)}`;
  return (
    <Row title={apiKey.name} note={`${apiKey.prefix}… · ${scopesText(apiKey.scopes)} · ${ends} · ${used}`}>
      <SureButton label="Remove" of={apiKey.name} sure="Yes, end it now" busy={action.busy} onSure={() => void remove()} />
      {action.trouble && (
        <div className="w-full">
          <Trouble text={action.trouble} />
        </div>
      )}
    </Row>
  );
}

function NewKey({ onMade }: { onMade: (key: string) => void }) {
  const [name, setName] = useState("");
  const [preset, setPreset] = useState("read");
  const [days, setDays] = useState("90");
  const action = useAction();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === "") return action.say("Give the key a name, so that you know it again.");
    const scopes = PRESETS.find((one) => one.name === preset)?.scopes ?? null;
    const json = { name: name.trim(), scopes, expires_at: endOf(days, Date.now()) };
    await action.run(async () => onMade((await change<{ key: string }>("POST", "/api/v1/api-keys", json)).key));
  };
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field id="key-name" label="What is it for?" autoFocus value={name} onChange={setName} />
      <Choice id="key-scopes" label="What may it do?" value={preset} options={PRESETS.map((one) => [one.name, one.label] as const)} onChange={setPreset} />
      <Choice id="key-life" label="How long?" value={days} options={LIVES} onChange={setDays} />
      <Trouble text={action.trouble} />
      <Submit busy={action.busy}>Create the key</Submit>
    </form>
  );
}

export function Developer({ me }: { me: Me }) {
  const keys = useQuery(keysQuery);
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState("");
  const items = keys.data?.items ?? [];
  const show = (key: string): void => {
    setOpen(false);
    setMade(key);
    void readSettings();
  };
  return (
    <Block
      id="keys"
      title="API keys"
      text="For programs that talk to Steward for you. What they can do is described under /docs."
      aside={
        !open &&
        !made && (
          <button type="button" className="secondary" onClick={() => setOpen(true)}>
            Create a key
          </button>
        )
      }
    >
      {open && <NewKey onMade={show} />}
      {made && (
        <div className="space-y-4">
          <p>
            <strong>Keep this key.</strong> It is shown only now.
          </p>
          <Secret label="Your new key" lines={[made]} />
          <button type="button" className="primary" onClick={() => setMade("")}>
            I kept it
          </button>
        </div>
      )}
      {keys.isPending && <Waiting />}
      {keys.isError && <Failed what="Your keys" onRetry={() => void keys.refetch()} />}
      {items.length > 0 && (
        <Rows label="API keys">
          {items.map((one) => (
            <KeyRow key={one.id} apiKey={one} zone={me.timezone} />
          ))}
        </Rows>
      )}
    </Block>
  );
}
