/** Something that is shown only this once: it can be copied, and selected where copying is not possible. */
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";

interface Props {
  label: string;
  lines: readonly string[];
}

export function Secret({ label, lines }: Props) {
  const box = useRef<HTMLPreElement>(null);
  const [state, setState] = useState<"" | "copied" | "selected">("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      setState("copied");
    } catch {
      // No clipboard without TLS: select it, so that one key copies it.
      if (box.current) window.getSelection()?.selectAllChildren(box.current);
      setState("selected");
    }
  };
  return (
    <div className="rounded-xl bg-sunken p-4">
      <pre ref={box} role="group" aria-label={label} className={`font-mono break-all whitespace-pre-wrap ${lines.length > 1 ? "sm:columns-2" : ""}`}>
        {lines.join("\n")}
      </pre>
      <div className="mt-3 flex items-center gap-3">
        <button type="button" className="secondary" onClick={() => void copy()}>
          {state === "copied" ? <Check className="size-4" aria-hidden="true" /> : <Copy className="size-4" aria-hidden="true" />}
          Copy
        </button>
        <span role="status" className="text-sm text-muted">
          {state === "copied" ? "Copied." : state === "selected" ? "Selected: press Ctrl or Cmd+C." : ""}
        </span>
      </div>
    </div>
  );
}
