import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { CodeField, Field, Submit, SureButton, Trouble, useAction } from "../../components/form";
import { Failed, Waiting } from "../../components/Section";
import { Block, Row, Rows } from "../../components/Sheet";
import { change, phonesQuery, readSettings, type Phone } from "../../lib/account";

const PATH = "/api/v1/users/me/phone-numbers";

function Number({ phone }: { phone: Phone }) {
  const action = useAction();
  const [code, setCode] = useState("");
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", `${PATH}/${phone.id}`, {}))) await readSettings();
  };
  const prove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await action.run(() => change("PUT", `${PATH}/${phone.id}`, { verification_code: code.trim() }))) await readSettings();
  };
  const again = (): Promise<boolean> => action.run(() => change("POST", PATH, { phone_number: phone.phone_number }));
  const note = phone.is_verified ? (phone.is_primary ? "Confirmed, your main number" : "Confirmed") : "Not confirmed yet";
  return (
    <Row title={phone.phone_number} note={note}>
      <SureButton label="Remove" of={phone.phone_number} sure="Yes, remove it" busy={action.busy} onSure={() => void remove()} />
      {!phone.is_verified && (
        <form noValidate onSubmit={(event) => void prove(event)} className="w-full space-y-3">
          <CodeField id={`code-${phone.id}`} label="Code from the text message" hint="Six digits, good for five minutes." value={code} onChange={setCode} />
          <p className="flex flex-wrap items-center gap-4">
            <Submit busy={action.busy}>Confirm the number</Submit>
            <button type="button" className="link" onClick={() => void again()}>
              Text it again
            </button>
          </p>
        </form>
      )}
      {action.trouble && (
        <div className="w-full">
          <Trouble text={action.trouble} />
        </div>
      )}
    </Row>
  );
}

export function PhoneNumbers() {
  const phones = useQuery(phonesQuery);
  const [open, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const action = useAction();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!(await action.run(() => change("POST", PATH, { phone_number: number.trim() })))) return;
    setOpen(false);
    setNumber("");
    await readSettings();
  };
  const items = phones.data?.items ?? [];
  return (
    <Block
      id="phones"
      title="Phone numbers"
      {...(items.length === 0 ? { text: "With a number Steward can text you." } : {})}
      aside={
        !open && (
          <button type="button" className="secondary" onClick={() => setOpen(true)}>
            Add a number
          </button>
        )
      }
    >
      {phones.isPending && <Waiting />}
      {phones.isError && <Failed what="Your numbers" onRetry={() => void phones.refetch()} />}
      {items.length > 0 && (
        <Rows label="Phone numbers">
          {items.map((one) => (
            <Number key={one.id} phone={one} />
          ))}
        </Rows>
      )}
      {open && (
        <form noValidate onSubmit={(event) => void add(event)} className="space-y-4">
          <Field id="phone" label="Number" type="tel" autoComplete="tel" autoFocus hint="With the country, like +44 20 7946 0000." value={number} onChange={setNumber} />
          <Trouble text={action.trouble} />
          <Submit busy={action.busy}>Text me a code</Submit>
        </form>
      )}
    </Block>
  );
}
