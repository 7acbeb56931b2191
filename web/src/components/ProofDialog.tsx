/** "Is it you?": a password, a code or a passkey, and then what was asked for happens. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { change, mfaQuery } from "../lib/account";
import { send } from "../lib/api";
import { canUsePasskeys, provePasskey } from "../lib/passkeys";
import type { Question } from "../lib/proof";
import { CodeField, Field, Submit, Trouble, useAction } from "./form";

type Json = Record<string, unknown>;

async function byPasskey(): Promise<void> {
  const { options } = await change<{ options: Json }>("POST", "/api/v1/mfa/verify/passkey/begin", {});
  await send("POST", "/api/v1/mfa/verify/passkey/finish", { credential: await provePasskey(options) });
}

export default function ProofDialog({ question }: { question: Question }) {
  const status = useQuery(mfaQuery).data;
  const [way, setWay] = useState<"password" | "code">("password");
  const [text, setText] = useState("");
  const action = useAction();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() === "") return action.say(way === "password" ? "Enter your password." : "Enter the code.");
    const proof = way === "password" ? { password: text } : { code: text.trim() };
    if (await action.run(() => send("POST", "/api/v1/auth/step-up", proof))) question.answered();
  };

  const withPasskey = async (): Promise<void> => {
    if (await action.run(byPasskey)) question.answered();
  };

  const other = (): void => {
    setWay(way === "password" ? "code" : "password");
    setText("");
    action.say("");
  };

  return (
    <ModalOverlay isOpen onOpenChange={() => question.declined()} isDismissable className="fixed inset-0 z-40 grid animate-appear place-items-center overflow-y-auto bg-black/40 p-4">
      <Modal className="w-full max-w-sm outline-none">
        <Dialog aria-labelledby="proof-title" className="card outline-none">
          <h2 id="proof-title" className="text-xl font-bold">
            Is it you?
          </h2>
          <p className="mt-1 mb-4 text-muted">This changes what guards your account. We ask again only after five minutes.</p>
          <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
            {way === "password" ? (
              <Field key="password" autoFocus id="proof" label="Your password" type="password" autoComplete="current-password" value={text} onChange={setText} />
            ) : (
              <CodeField key="code" autoFocus id="proof" label="A code" hint="From your authenticator app, or a backup code." value={text} onChange={setText} />
            )}
            <Trouble text={action.trouble} />
            <div className="flex gap-3">
              <Submit busy={action.busy}>Go on</Submit>
              <button type="button" className="secondary min-h-11" onClick={() => question.declined()}>
                Not now
              </button>
            </div>
          </form>
          <p className="mt-4 flex flex-wrap gap-x-4 gap-y-2">
            <button type="button" className="link" onClick={other}>
              {way === "password" ? "Use a code" : "Use the password"}
            </button>
            {status !== undefined && status.passkeys > 0 && canUsePasskeys() && (
              <button type="button" className="link" onClick={() => void withPasskey()}>
                Use a passkey
              </button>
            )}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
