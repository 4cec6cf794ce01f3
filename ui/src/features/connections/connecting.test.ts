import { expect, test } from "vitest";
import { CONNECTORS } from "../../host/fake/systems";
import {
  EMPTY,
  addressOf,
  missing,
  missingWords,
  nameOf,
  requestOf,
  secretWords,
  triedWords,
  waysOf,
} from "./connecting";

const [helpdesk, redmine] = CONNECTORS as [(typeof CONNECTORS)[0], (typeof CONNECTORS)[0]];
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

test("a way to sign in at a provider is not offered where a secret is asked for", () => {
  const provider = {
    way: "oauth",
    secret: "your client id",
    user: false,
    client: { secret: false, device: true },
  };
  const both = { ...redmine, sign_in: [provider, ...redmine.sign_in] };
  expect(waysOf(both)).toEqual(redmine.sign_in);
  expect(requestOf(both, { ...WRITTEN, way: "oauth" })).toMatchObject({ way: "header" });
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
