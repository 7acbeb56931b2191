import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { SureButton, Trouble, useAction } from "../../components/form";
import { Failed, Quiet, Waiting } from "../../components/Section";
import { Block, Row, Rows } from "../../components/Sheet";
import { change, connectionsQuery, identitiesQuery, providersQuery, readSettings, type Connection, type Identity, type Provider } from "../../lib/account";
import { oauthTrouble } from "../../lib/paths";
import { capital } from "../../lib/text";

const BACK = "/settings/connections";

const STATES: Record<string, string> = { active: "Connected", expired: "Ended: connect it again", error: "Does not work just now" };

interface Departure {
  authorization_url: string;
}

async function depart(path: string, json: unknown): Promise<void> {
  const { authorization_url } = await change<Departure>("POST", path, json);
  window.location.assign(authorization_url);
}

interface ConnectionProps {
  title: string;
  note: string;
  path: string;
  label: string;
}

function Connected({ title, note, path, label }: ConnectionProps) {
  const action = useAction();
  const remove = async (): Promise<void> => {
    if (await action.run(() => change("DELETE", path, {}))) await readSettings();
  };
  return (
    <Row title={title} note={note}>
      <SureButton label={label} of={title} sure={`Yes, ${label.toLowerCase()} it`} busy={action.busy} onSure={() => void remove()} />
      {action.trouble && (
        <div className="w-full">
          <Trouble text={action.trouble} />
        </div>
      )}
    </Row>
  );
}

function Offers({ providers, verb, onPress, busy }: { providers: readonly Provider[]; verb: string; onPress: (one: Provider) => void; busy: boolean }) {
  if (providers.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-3">
      {providers.map((one) => (
        <button key={one.name} type="button" className="secondary" aria-disabled={busy} onClick={() => onPress(one)}>
          {`${verb} ${one.display_name}`}
        </button>
      ))}
    </p>
  );
}

const nameOf = (providers: readonly Provider[], name: string): string => providers.find((one) => one.name === name)?.display_name ?? capital(name);

function Integrations({ providers, items }: { providers: readonly Provider[]; items: readonly Connection[] }) {
  const action = useAction();
  const working = new Set(items.filter((one) => one.status === "active").map((one) => one.provider));
  const start = (one: Provider): void => void action.run(() => depart("/api/v1/oauth/initiate", { provider: one.name, scopes: one.scopes, redirect_uri: BACK }));
  return (
    <Block id="integrations" title="Calendars and mail" text="What Steward may look at elsewhere, on your behalf.">
      {items.length > 0 && (
        <Rows label="Calendars and mail">
          {items.map((one) => (
            <Connected
              key={one.id}
              title={[nameOf(providers, one.provider), one.account_email].filter(Boolean).join(", ")}
              note={`${STATES[one.status] ?? capital(one.status)}${one.scopes.length > 0 ? ` · ${one.scopes.join(", ")}` : ""}`}
              path={`/api/v1/oauth/integrations/${one.id}`}
              label="Disconnect"
            />
          ))}
        </Rows>
      )}
      <Offers providers={providers.filter((one) => !working.has(one.name))} verb="Connect" busy={action.busy} onPress={start} />
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}

function Identities({ providers, items }: { providers: readonly Provider[]; items: readonly Identity[] }) {
  const action = useAction();
  const linked = new Set(items.map((one) => one.provider));
  const start = (one: Provider): void => void action.run(() => depart(`/api/v1/oauth/link/${one.name}`, { redirect_uri: BACK }));
  return (
    <Block id="identities" title="Ways to sign in" text="Accounts elsewhere that also open this one.">
      {items.length > 0 && (
        <Rows label="Ways to sign in">
          {items.map((one) => (
            <Connected
              key={one.id}
              title={nameOf(providers, one.provider)}
              note={one.email ?? "Linked"}
              path={`/api/v1/oauth/identities/${one.id}`}
              label="Unlink"
            />
          ))}
        </Rows>
      )}
      <Offers providers={providers.filter((one) => !linked.has(one.name))} verb="Link" busy={action.busy} onPress={start} />
      {action.trouble && <Trouble text={action.trouble} />}
    </Block>
  );
}

export function Connections() {
  const search = useSearch({ from: "/settings/$section" });
  const providers = useQuery(providersQuery);
  const connections = useQuery(connectionsQuery);
  const identities = useQuery(identitiesQuery);
  const all = [providers, connections, identities];
  if (all.some((one) => one.isPending)) return <Waiting />;
  if (!providers.data || !connections.data || !identities.data) {
    return <Failed what="Your connections" onRetry={() => all.forEach((one) => void one.refetch())} />;
  }
  const offered = providers.data.items.filter((one) => one.configured);
  if (offered.length + connections.data.items.length + identities.data.items.length === 0) {
    return <Quiet>Nothing can be connected yet: this server knows no other provider. Whoever runs it can set up Google or Microsoft.</Quiet>;
  }
  const refused = oauthTrouble(search.oauth_error);
  return (
    <>
      {refused && <Trouble text={refused} />}
      <Integrations providers={offered} items={connections.data.items} />
      <Identities providers={offered} items={identities.data.items} />
    </>
  );
}
