import type { ConnectorView, ConnectRequest, SignInView } from "../../host";
import { list } from "../../lib/words";

/** What is written in the form. */
export interface Draft {
  address: string;
  ownNetwork: boolean;
  account: string;
  /** The way to sign in; the connector's first while none is chosen. */
  way: string | null;
  /** The name to sign in with; the account while nothing else is written. */
  user: string | null;
  secret: string;
  /** What the system is called here. */
  title: string;
}

export const EMPTY: Draft = {
  address: "",
  ownNetwork: false,
  account: "",
  way: null,
  user: null,
  secret: "",
  title: "",
};

/** The ways that this form can do: those with a secret. At a provider one signs in by the command line, for now. */
export function waysOf({ sign_in: ways }: ConnectorView): SignInView[] {
  return ways.filter(({ client }) => client === null);
}

export function wayOf(connector: ConnectorView, { way }: Draft): SignInView | undefined {
  const ways = waysOf(connector);
  return ways.find((own) => own.way === way) ?? ways[0];
}

export function userOf({ user, account }: Draft): string {
  return user ?? account;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** What a connector calls its secret: `your token; whoever runs the help desk makes it`. */
export interface SecretWords {
  /** `your token` */
  name: string;
  /** `Token` */
  label: string;
  /** All of it, as a sentence; empty where the label says it already. */
  sentence: string;
}

export function secretWords(words: string): SecretWords {
  const [name = words] = words.split(/[,;]/);
  const label = name.trim().replace(/^(?:your|an?|the)\s+/i, "");
  const end = /[.!?]$/.test(words) ? "" : ".";
  const sentence = name === words ? "" : capital(words) + end;
  return { name: name.trim(), label: capital(label) || "Secret", sentence };
}

/** Against what it was tried, without the command of those who made it that tries it again. */
export function triedWords(tried: string): string {
  return tried.replace(/,? by `[^`]*`$/, "");
}

/** An address as it is meant: what people copy often lacks its beginning. */
export function addressOf(written: string): string {
  const text = written.trim();
  return text === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
}

/** A name for the connection out of what a person calls it; nothing if there is no letter for it. */
export function nameOf(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-+|-+$/g, "");
}

/** A name that is free, where the title has no letter for one. */
function numbered({ name }: ConnectorView, taken: readonly string[]): string {
  let number = 2;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return taken.includes(name) ? `${name}-${number}` : name;
}

/** What still has to be written. */
export function missing(connector: ConnectorView, draft: Draft): string[] {
  const way = wayOf(connector, draft);
  return [
    ...(draft.address.trim() === "" ? ["the address"] : []),
    ...(draft.account.trim() === "" ? ["your name there"] : []),
    ...(way?.user && userOf(draft).trim() === "" ? ["the user name"] : []),
    ...(draft.secret.trim() === "" ? [way ? secretWords(way.secret).name : "the secret"] : []),
  ];
}

/** The same in a sentence. */
export function missingWords(connector: ConnectorView, draft: Draft): string {
  return `Still needed: ${list(missing(connector, draft))}`;
}

/** What the core is asked. `taken` are the names of the connections that there are. */
export function requestOf(
  connector: ConnectorView,
  draft: Draft,
  taken: readonly string[] = [],
): ConnectRequest {
  const way = wayOf(connector, draft);
  const title = draft.title.trim();
  return {
    connector: connector.name,
    address: addressOf(draft.address),
    own_network: draft.ownNetwork,
    account: draft.account.trim(),
    secret: draft.secret.trim(),
    ...(way ? { way: way.way } : {}),
    ...(way?.user ? { user: userOf(draft).trim() } : {}),
    ...(title === "" ? {} : { title, name: nameOf(title) || numbered(connector, taken) }),
  };
}
