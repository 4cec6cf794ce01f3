import { expect, test } from "vitest";
import { CONNECTORS, PROVIDED, signedIn } from "../../host/fake/systems";
import {
  EMPTY,
  addressOf,
  hostOf,
  missing,
  missingWords,
  nameOf,
  requestOf,
  secretWords,
  signedWords,
  triedWords,
} from "./connecting";

const [helpdesk, redmine] = CONNECTORS as [(typeof CONNECTORS)[0], (typeof CONNECTORS)[0]];
const [salesforce, graph] = PROVIDED as [(typeof PROVIDED)[0], (typeof PROVIDED)[0]];
const WRITTEN = {
  ...EMPTY,
  address: " redmine.northwind.example/ ",
  account: " ines ",
  secret: " k-20418-6f3a ",
};

test("what was written is asked for without the blanks around it, and nothing that was left empty", () => {
  expect(requestOf(redmine, WRITTEN)).toEqual({
    connector: "redmine",
    address: "https://redmine.northwind.example/",
    own_network: false,
    account: "ines",
    way: "header",
    secret: "k-20418-6f3a",
  });
});

test("the name to sign in with is the account until another one is written, and only where the way wants one", () => {
  const draft = { ...WRITTEN, way: "basic" };
  expect(requestOf(helpdesk, draft)).toMatchObject({ way: "basic", user: "ines" });
  expect(requestOf(helpdesk, { ...draft, user: "iokafor" })).toMatchObject({ user: "iokafor" });
  expect(missing(helpdesk, { ...draft, user: "" })).toEqual(["the user name"]);
  expect(requestOf(helpdesk, { ...draft, way: "header" })).not.toHaveProperty("user");
});

test("at a provider the client id is needed, and the secret of the app only where it has one", () => {
  const draft = { ...WRITTEN, way: "oauth", secret: "" };
  expect(missing(salesforce, draft)).toEqual(["the client id"]);
  const given = { ...draft, clientId: " 3MVG9 " };
  expect(missing(salesforce, given)).toEqual([]);
  expect(requestOf(salesforce, given)).toMatchObject({ way: "oauth", client_id: "3MVG9", secret: "" });
  expect(requestOf(salesforce, { ...given, secret: " s-1 " })).toMatchObject({ secret: "s-1" });
  expect(requestOf(salesforce, { ...given, way: "bearer" })).not.toHaveProperty("client_id");
  // This one's app has no secret, so none is sent, whatever was written.
  expect(requestOf(graph, { ...given, secret: "s-1" })).toMatchObject({ way: "oauth", secret: "" });
});

test("a code on another device is asked for only where the provider has that", () => {
  const draft = { ...WRITTEN, way: "oauth", clientId: "3MVG9", device: true };
  expect(requestOf(graph, draft)).toMatchObject({ device: true, by_hand: true });
  expect(requestOf(salesforce, draft)).not.toHaveProperty("device");
  expect(requestOf(graph, { ...draft, device: false })).not.toHaveProperty("by_hand");
});

test("a program that signs in as itself needs its secret, and no browser", () => {
  const itself = { ...salesforce.sign_in[1]!, way: "oauth-itself" };
  const own = { ...salesforce, sign_in: [itself] };
  const draft = { ...WRITTEN, clientId: "3MVG9", secret: "", device: true };
  expect(missing(own, draft)).toEqual(["the client secret"]);
  expect(requestOf(own, draft)).not.toHaveProperty("device");
});

test("how a sign-in stands says until when, and who renews it", () => {
  const now = new Date(2026, 8, 24, 9, 0).getTime();
  const until = now + 3_600_000;
  expect(signedWords(signedIn({ until }), now)).toBe("Signed in until 10:00, renewed by itself");
  expect(signedWords(signedIn({ until: now - 1 }), now)).toBe("Signed in, renewed by itself");
  expect(signedWords(signedIn({ until, renewed: false }), now)).toBe(
    "Signed in until 10:00, then you sign in again",
  );
  expect(signedWords(signedIn({ until: null, renewed: false }), now)).toBe("Signed in");
});

test("the machine of an address is named, and what is no address stays as it is", () => {
  expect(hostOf("https://login.example.com:8443/authorize?x=1")).toBe("login.example.com:8443");
  expect(hostOf("nowhere")).toBe("nowhere");
});

test("what is missing is named in the connector's own words", () => {
  expect(missingWords(helpdesk, EMPTY)).toBe("Still needed: the address, your name there and your token");
  expect(missing(helpdesk, { ...WRITTEN, way: "basic", secret: " " })).toEqual(["your password"]);
  expect(missing(redmine, WRITTEN)).toEqual([]);
});

test("a system called otherwise is connected under that name, as letters that the core takes", () => {
  expect(requestOf(redmine, { ...WRITTEN, title: " Redmine Büro Süd " })).toMatchObject({
    title: "Redmine Büro Süd",
    name: "redmine-buro-sud",
  });
  expect(nameOf(`--${"Halden & Sønner ".repeat(9)}`)).toMatch(/^halden-s-nner-[a-z0-9-]{1,49}[a-z0-9]$/);
  const title = "ヘルプデスク";
  expect(requestOf(redmine, { ...WRITTEN, title }, [])).toMatchObject({ title, name: "redmine" });
  expect(requestOf(redmine, { ...WRITTEN, title }, ["redmine", "redmine-2"])).toMatchObject({
    name: "redmine-3",
  });
});

test("an address without its beginning gets one, and any other stays as it is", () => {
  expect(addressOf("rt.example.com/REST/2.0")).toBe("https://rt.example.com/REST/2.0");
  expect(addressOf(" HTTPS://rt.example.com ")).toBe("HTTPS://rt.example.com");
  expect(addressOf("http://127.0.0.1:3000")).toBe("http://127.0.0.1:3000");
});

test("a connector's words about its secret are a label and a sentence", () => {
  expect(secretWords("your API access key, under My account")).toEqual({
    name: "your API access key",
    label: "API access key",
    sentence: "Your API access key, under My account.",
  });
  expect(secretWords("your password")).toMatchObject({ label: "Password", sentence: "" });
  expect(secretWords("your")).toMatchObject({ label: "Your" });
  expect(secretWords("")).toMatchObject({ label: "Secret" });
});

test("what it was tried with is told without the command that did it", () => {
  expect(triedWords("Redmine 5.0.4, by `make test-peers`")).toBe("Redmine 5.0.4");
  expect(triedWords("never against a real one")).toBe("never against a real one");
});
