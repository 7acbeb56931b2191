import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { Choice, Field, News, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { Block } from "../../components/Sheet";
import { change, changeMe, show } from "../../lib/account";
import { call, get, send } from "../../lib/api";
import { leave } from "../../lib/session";
import { browserZone } from "../../lib/time";
import type { Me } from "../../lib/types";
import { PhoneNumbers } from "./PhoneNumbers";

const LANGUAGES = ["en-US", "en-GB", "en-CA", "en-AU", "de-DE", "es-ES", "fr-FR", "it-IT", "nl-NL", "pl-PL", "pt-BR", "sv-SE"];
const THEMES = [
  ["auto", "As this device has it"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

const NEVER_CHOSEN = "UTC";

/** UTC under its other name: an account that never chose takes the browser's zone. */
const UTC_ON_PURPOSE = "Etc/UTC";

function zoneOptions(current: string): [string, string][] {
  const here = browserZone();
  const names = new Set([here, current, UTC_ON_PURPOSE, ...Intl.supportedValuesOf("timeZone")]);
  names.delete(NEVER_CHOSEN);
  return [...names].map((name) => [name, name === UTC_ON_PURPOSE ? "UTC" : name.replaceAll("_", " ") + (name === here ? " (this device)" : "")]);
}

function languageOptions(current: string): [string, string][] {
  const names = new Intl.DisplayNames("en", { type: "language" });
  const named = (tag: string): string => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
  return [...new Set([current, ...LANGUAGES])].map((tag) => [tag, named(tag)]);
}

function You({ me }: { me: Me }) {
  const [name, setName] = useState(me.full_name ?? "");
  const [zone, setZone] = useState(me.timezone === NEVER_CHOSEN ? browserZone() : me.timezone);
  const [language, setLanguage] = useState(me.language);
  const [theme, setTheme] = useState(me.theme);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSaved(false);
    setSaved(await action.run(() => changeMe({ full_name: name.trim(), timezone: zone, language, theme })));
  };
  return (
    <Block id="you" title="You">
      <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
        <Field id="name" label="Your name" autoComplete="name" value={name} onChange={setName} />
        <Choice id="zone" label="Time zone" value={zone} options={zoneOptions(zone)} onChange={setZone} />
        <Choice id="language" label="Dates and times as in" value={language} options={languageOptions(language)} onChange={setLanguage} />
        <Choice id="theme" label="Colours" value={theme} options={THEMES} onChange={setTheme} />
        <Trouble text={action.trouble} />
        <News text={saved ? "Saved." : ""} />
        <Submit busy={action.busy}>Save</Submit>
      </form>
    </Block>
  );
}

function Address({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const [email, setEmail] = useState("");
  const [news, setNews] = useState("");
  const action = useAction();
  const resend = async (): Promise<void> => {
    setNews("");
    if (await action.run(() => send("POST", "/api/v1/auth/resend-verification", {}))) setNews(`A link is on its way to ${me.email}.`);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setNews("");
    const wanted = email.trim();
    if (!(await action.run(() => send("PUT", "/api/v1/users/me", { email: wanted })))) return;
    setOpen(false);
    setEmail("");
    setNews(`A link is on its way to ${wanted}. Your address changes when you follow it.`);
  };
  // The address may have been confirmed in another tab or on the phone.
  const look = async (): Promise<void> => {
    await action.run(async () => show(await get<Me>("/api/v1/users/me")));
  };
  return (
    <Block
      id="address"
      title="Email"
      state={me.email}
      text={me.is_verified ? "Confirmed." : "Not confirmed yet."}
      aside={
        !open && (
          <button type="button" className="secondary" onClick={() => setOpen(true)}>
            Change the address
          </button>
        )
      }
    >
      {open && (
        <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
          <Field id="email" label="New address" type="email" autoComplete="email" autoFocus value={email} onChange={setEmail} />
          <Submit busy={action.busy}>Send a link there</Submit>
        </form>
      )}
      {!me.is_verified && !open && (
        <p className="flex flex-wrap gap-x-4 gap-y-2">
          <button type="button" className="link" onClick={() => void resend()}>
            Send the link again
          </button>
          <button type="button" className="link" onClick={() => void look()}>
            I followed it
          </button>
        </p>
      )}
      <Trouble text={action.trouble} />
      <News text={news} />
    </Block>
  );
}

async function download(): Promise<void> {
  const response = await call("/api/v1/users/me/export");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = "steward.zip";
  link.click();
  URL.revokeObjectURL(link.href);
}

function Data() {
  const action = useAction();
  return (
    <Block
      id="data"
      title="Your data"
      text="Everything that is yours, as one ZIP file."
      aside={
        <button type="button" className="secondary" aria-disabled={action.busy} onClick={() => void action.run(download)}>
          {action.busy ? "One moment…" : "Download my data"}
        </button>
      }
    >
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}

function Farewell() {
  const navigate = useNavigate();
  const action = useAction();
  const remove = async (): Promise<void> => {
    if (!(await action.run(() => change("DELETE", "/api/v1/users/me", {})))) return;
    leave();
    await navigate({ to: "/sign-in", search: {} });
  };
  return (
    <Block
      id="farewell"
      title="Delete account"
      text="Deletes you and all that you keep here. It cannot be taken back."
      aside={<SureButton label="Delete my account" sure="Yes, delete everything" busy={action.busy} onSure={() => void remove()} />}
    >
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}

export function Profile({ me }: { me: Me }) {
  return (
    <>
      <You me={me} />
      <Address me={me} />
      <PhoneNumbers />
      <Data />
      <Farewell />
    </>
  );
}
