/** A quiet line for somebody who has just registered: their address waits to be confirmed. Put away, it stays away. */
import { X } from "lucide-react";
import { useState } from "react";
import { send } from "../lib/api";
import { confirmation } from "../lib/session";
import type { Me } from "../lib/types";
import { useAction } from "./form";

export function ConfirmHint({ me }: { me: Me }) {
  const [wanted, setWanted] = useState(confirmation.isWanted);
  const [sent, setSent] = useState(false);
  const action = useAction();
  if (!wanted || me.is_verified) return null;
  const again = async (): Promise<void> => {
    setSent(await action.run(() => send("POST", "/api/v1/auth/resend-verification", {})));
  };
  const putAway = (): void => {
    confirmation.putAway();
    setWanted(false);
  };
  return (
    <div className="flex items-center gap-3 border-b border-line bg-accent-soft px-4 py-1.5">
      <p className="min-w-0 flex-1" role="status">
        {action.trouble || (sent ? `Another link is on its way to ${me.email}.` : `When you have a moment: confirm your address by the link that went to ${me.email}.`)}
      </p>
      {!sent && (
        <button type="button" className="link shrink-0" onClick={() => void again()}>
          Send it again
        </button>
      )}
      <button type="button" className="icon-button shrink-0" aria-label="Put this hint away" onClick={putAway}>
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}
