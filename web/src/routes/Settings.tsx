import { Link, useParams } from "@tanstack/react-router";
import { Sheet } from "../components/Sheet";
import type { Me } from "../lib/types";
import { Connections } from "./settings/Connections";
import { Developer } from "./settings/Developer";
import { Profile } from "./settings/Profile";
import { Security } from "./settings/Security";

const SECTIONS = [
  { name: "profile", label: "Profile", Part: Profile },
  { name: "security", label: "Security", Part: Security },
  { name: "connections", label: "Connections", Part: Connections },
  { name: "developer", label: "Developer", Part: Developer },
] as const;

/** Where the documents send a browser that comes back from another provider. */
const ALSO_CONNECTIONS = "integrations";

function Tabs() {
  return (
    <nav aria-label="Settings" className="mt-4 -mx-2 flex overflow-x-auto p-1 sm:gap-1">
      {SECTIONS.map(({ name, label }) => (
        <Link
          key={name}
          to="/settings/$section"
          params={{ section: name }}
          className="flex min-h-10 shrink-0 items-center rounded-xl px-2 text-muted sm:px-3 hover:bg-sunken aria-[current=page]:bg-accent-soft aria-[current=page]:font-bold aria-[current=page]:text-accent-strong"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** Four short parts, one in sight at a time. */
export function Settings() {
  const { section } = useParams({ from: "/settings/$section" });
  const wanted = section === ALSO_CONNECTIONS ? "connections" : section;
  const { Part } = SECTIONS.find((one) => one.name === wanted) ?? SECTIONS[0];
  return (
    <Sheet title="Settings" nav={<Tabs />}>
      {(me: Me) => <Part me={me} />}
    </Sheet>
  );
}
