import type { ConnectorView, ConnectRequest, SignInState, SignInView } from "../../host";
import { moment } from "../../lib/moments";
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
  /** The name of the program at a provider. */
  clientId: string;
  /** One signs in with a code, on another device. */
  device: boolean;
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
  clientId: "",
  device: false,
  title: "",
};

export function wayOf({ sign_in: ways }: ConnectorView, { way }: Draft): SignInView | undefined {
  return ways.find((own) => own.way === way) ?? ways[0];
}

/** A program signs in there by itself, without a person. */
export function isItself(way: SignInView | undefined): boolean {
  return way?.way === "oauth-itself";
}

/** A person signs in at a provider, and that is waited for. */
export function isElsewhere(way: SignInView | undefined): boolean {
  return Boolean(way?.client) && !isItself(way);
}

/** What a way to sign in is called beside the others. */
export function wayWords(way: SignInView): string {
  if (isItself(way)) return "As a program";
  return way.client ? "In your browser" : `With ${secretWords(way.secret).name}`;
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

/** What a connector says of the program that one signs in as, as a sentence. */
export function clientWords(words: string): string {
  const text = words.trim();
  return text === "" ? "" : `You need ${text}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** The name of the machine in an address; the whole where it is none. */
export function hostOf(address: string): string {
  try {
    const { host } = new URL(address);
    return host === "" ? address : host;
  } catch {
    return address;
  }
}

/** How a sign-in that holds stands. */
export function signedWords({ until, renewed }: SignInState, now = Date.now()): string {
  if (until === null || (renewed && until <= now))
    return renewed ? "Signed in, renewed by itself" : "Signed in";
  return renewed
    ? `Signed in until ${moment(until, now)}, renewed by itself`
    : `Signed in until ${moment(until, now)}, then you sign in again`;
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
    ...(way?.client ? missingOfClient(way, draft) : []),
    ...(!way?.client && draft.secret.trim() === ""
      ? [way ? secretWords(way.secret).name : "the secret"]
      : []),
  ];
}

function missingOfClient(way: SignInView, { clientId, secret }: Draft): string[] {
  return [
    ...(clientId.trim() === "" ? ["the client id"] : []),
    // Whoever is no person has nothing else to show.
    ...(isItself(way) && secret.trim() === "" ? ["the client secret"] : []),
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
    secret: way?.client?.secret === false ? "" : draft.secret.trim(),
    ...(way ? { way: way.way } : {}),
    ...(way?.user ? { user: userOf(draft).trim() } : {}),
    ...(way?.client ? { client_id: draft.clientId.trim() } : {}),
    ...(isElsewhere(way) && way?.client?.device && draft.device ? { device: true, by_hand: true } : {}),
    ...(title === "" ? {} : { title, name: nameOf(title) || numbered(connector, taken) }),
  };
}
