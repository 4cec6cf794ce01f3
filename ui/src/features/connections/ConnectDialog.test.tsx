import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { FakeHost } from "../../host/fake/FakeHost";
import { CONNECTORS, connected, system } from "../../host/fake/systems";
import { show, type Shown } from "../../test/render";
import ConnectionsView from "../../views/ConnectionsView";
import { useRoute } from "../shell/useRoute";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  window.location.hash = "#/connections";
});

function Routed() {
  const route = useRoute();
  return route.at === "connections" ? <ConnectionsView {...route} /> : null;
}

const KEY = "k-20418-6f3a";
const begin = async (connector: string, host?: FakeHost) => {
  const shown = show(<Routed />, host);
  const opener = await screen.findByRole("button", { name: "Connect a system…" });
  await shown.user.click(opener);
  const dialog = await screen.findByRole("dialog", { name: "Connect a system" });
  await shown.user.click(await within(dialog).findByRole("button", { name: new RegExp(`^${connector} `) }));
  const field = (name: string): HTMLElement => within(dialog).getByLabelText(name);
  return { ...shown, opener, dialog, field };
};
const fill = async ({ user, field }: Awaited<ReturnType<typeof begin>>, secret = KEY) => {
  await user.type(field("Address"), "https://redmine.northwind.example");
  await user.type(field("Your name there"), "ines.okafor@northwind.example");
  await user.type(field("API access key"), secret);
};
const press = ({ user, dialog }: Pick<Awaited<ReturnType<typeof begin>>, "user" | "dialog">) =>
  user.click(within(dialog).getByRole("button", { name: "Connect" }));
const asked = ({ calls }: FakeHost) =>
  calls.filter(({ name }) => name === "system_connect").map(({ request }) => request);
/** Everything that could still hold a secret: the page with what is written in it, and what is kept of the core. */
const everything = ({ link }: Shown): string =>
  [
    new XMLSerializer().serializeToString(document),
    ...[...document.querySelectorAll("input")].map(({ value }) => value),
    JSON.stringify(
      link.client
        .getMutationCache()
        .getAll()
        .map(({ state }) => state),
    ),
    JSON.stringify(
      link.client
        .getQueryCache()
        .getAll()
        .map(({ queryKey, state }) => [queryKey, state]),
    ),
  ].join("\n");

test("a system is connected, is shown, has the focus, and it is said", async () => {
  const shown = await begin("Redmine");
  const { host, dialog, field } = shown;
  expect(dialog).toHaveAccessibleName("Connect Redmine");
  expect(field("Address")).toHaveFocus();
  expect(field("Address")).toHaveAttribute("placeholder", "https://redmine.example.com");
  expect(dialog).toHaveTextContent("Still needed: the address, your name there and your API access key");
  await expect(dialog).toHaveNoFindings();
  await fill(shown);
  await press(shown);
  expect(asked(host)).toEqual([
    {
      connector: "redmine",
      address: "https://redmine.northwind.example",
      own_network: false,
      account: "ines.okafor@northwind.example",
      way: "header",
      secret: KEY,
    },
  ]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(window.location.hash).toBe("#/connections/system/redmine");
  await waitFor(() => expect(screen.getByRole("region", { name: "Redmine" })).toHaveFocus());
  expect(screen.getByRole("link", { name: /^Redmine/ })).toHaveAttribute("aria-current", "true");
  expect(screen.getByRole("link", { name: /^Redmine/ })).toHaveTextContent("redmine.northwind.example");
  expect(screen.getByText("https://redmine.northwind.example")).toBeVisible();
  expect(screen.getByText("Redmine is connected as ines.okafor@northwind.example.")).toHaveAttribute(
    "role",
    "status",
  );
});

test("the secret is a password field, and it is said where it is found and where it goes", async () => {
  const { field } = await begin("Request Tracker");
  const secret = field("Auth token");
  expect(secret).toHaveAttribute("type", "password");
  expect(secret).toHaveAttribute("autocomplete", "off");
  expect(secret).toHaveAccessibleDescription(
    /^An auth token, under Logged in as > Settings > Auth Tokens\. ?It goes into this computer’s keyring, where passwords are kept, and nowhere else\. Only Request Tracker gets it, to sign you in\.$/,
  );
});

test("a wrong secret says what to do, and everything that was written stays", async () => {
  const shown = await begin("Redmine");
  const { dialog, field, user } = shown;
  await fill(shown, "wrong-20418");
  await press(shown);
  const told = await within(dialog).findByRole("alert");
  expect(told).toHaveTextContent("It could not be connected.");
  expect(told).toHaveTextContent("The secret is wrong, or not for this system.");
  expect(field("Address")).toHaveValue("https://redmine.northwind.example");
  expect(field("API access key")).toHaveValue("wrong-20418");
  await expect(dialog).toHaveNoFindings();
  await user.clear(field("API access key"));
  await user.type(field("API access key"), KEY);
  await press(shown);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("where a name is taken another one is given, and it becomes the name of the connection", async () => {
  const shown = await begin(
    "Redmine",
    new FakeHost({ system_list: () => [connected({ id: "redmine", title: "Redmine" })] }),
  );
  const { dialog, field, user, host } = shown;
  await fill(shown);
  await user.type(field("What you call it, may stay empty"), "Redmine Süd");
  await press(shown);
  expect(asked(host)).toMatchObject([{ title: "Redmine Süd", name: "redmine-sud" }]);
  expect(dialog).toBeVisible();
});

test("while the sign-in is tried it is said, nothing is sent twice, and what comes after closing is not followed", async () => {
  let answer = (): void => undefined;
  const host = new FakeHost({
    system_connect: () =>
      new Promise((go) => {
        answer = () => go(connected({ id: "redmine", title: "Redmine" }));
      }),
  });
  const shown = await begin("Redmine", host);
  const { dialog, user, field, opener } = shown;
  await fill(shown);
  await press(shown);
  expect(await within(dialog).findByText("Signing in to Redmine")).toHaveAttribute("role", "status");
  expect(field("Address")).toHaveAttribute("readonly");
  const sending = within(dialog).getByRole("button", { name: "Signing in…" });
  expect(sending).toHaveAttribute("aria-disabled", "true");
  await user.click(sending);
  await user.type(field("Address"), "{Enter}");
  expect(asked(host)).toHaveLength(1);
  await expect(dialog).toHaveNoFindings();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(opener).toHaveFocus());
  answer();
  await user.click(opener);
  expect(await screen.findByRole("dialog", { name: "Connect a system" })).toBeVisible();
  expect(window.location.hash).toBe("#/connections");
});

test("of the secret nothing is left once it is connected, or the dialog is closed, or another way is taken", async () => {
  const shown = await begin("Redmine");
  const { user } = shown;
  await fill(shown);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(everything(shown)).not.toContain(KEY);
  await user.click(shown.opener);
  const again = await screen.findByRole("dialog");
  await user.click(await within(again).findByRole("button", { name: /^Request Tracker/ }));
  const own = within(again);
  expect(own.getByLabelText("Auth token")).toHaveValue("");
  await user.type(own.getByLabelText("Auth token"), KEY);
  await user.click(own.getByRole("button", { name: "With your password" }));
  expect(own.getByLabelText("Password")).toHaveValue("");
  await user.type(own.getByLabelText("Password"), KEY);
  await user.click(own.getByRole("button", { name: "Another system" }));
  expect(everything(shown)).not.toContain(KEY);
  await user.click(own.getByRole("button", { name: /^Request Tracker/ }));
  expect(own.getByLabelText("Password")).toHaveValue("");
  await user.type(own.getByLabelText("Address"), "rt.northwind.example/REST/2.0");
  await user.type(own.getByLabelText("Your name there"), "ines");
  expect(own.getByLabelText("User name")).toHaveValue("ines");
  await user.type(own.getByLabelText("Password"), KEY);
  await user.click(own.getByRole("checkbox", { name: "It is in our own network" }));
  await press({ user, dialog: again });
  expect(asked(shown.host)).toMatchObject([
    { address: "https://rt.northwind.example/REST/2.0", own_network: true, way: "basic", user: "ines" },
  ]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(everything(shown)).not.toContain(KEY);
});

test("where nothing is connected both are offered: a system of one's own, and the demo company", async () => {
  let systems = [] as ReturnType<typeof system>[];
  const host = new FakeHost({
    system_list: () => systems,
    system_connect: () => {
      systems = [connected({ id: "redmine", title: "Redmine" })];
      return systems[0]!;
    },
  });
  const shown = await begin("Redmine", host);
  expect(screen.getByText("Try it on the demo company")).toBeInTheDocument();
  await fill(shown);
  await press(shown);
  // It is connected, and the list is not read yet: the dialog says so.
  expect(await screen.findByRole("dialog", { name: "Redmine is connected" })).toBeVisible();
  shown.emit({ event: "stale", caches: ["systems"] });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(screen.getByRole("region", { name: "Redmine" })).toHaveFocus());
});

test("connectors that cannot be read say so, and are tried again", async () => {
  let there = false;
  const host = new FakeHost({
    connector_list: () => {
      if (!there) throw { message: "The connectors can't be read.", hint: "Try again.", fault: "bug" };
      return CONNECTORS;
    },
  });
  const { user } = show(<Routed />, host);
  await user.click(await screen.findByRole("button", { name: "Connect a system…" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("The connectors can't be read.")).toBeVisible();
  there = true;
  await user.click(within(dialog).getByRole("button", { name: "Try again" }));
  expect(await within(dialog).findByRole("button", { name: /^Roundup/ })).toBeVisible();
});

test("disconnecting says that the connection and its secret go, and what stays", async () => {
  const host = new FakeHost({ system_list: () => [connected()] });
  const { user } = show(<Routed />, host);
  expect(await screen.findByText(/its secret in the keyring$/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Disconnect…" }));
  const dialog = await screen.findByRole("dialog", { name: "Disconnect Request Tracker?" });
  expect(dialog).toHaveTextContent("Forgets the connection and its secret in the keyring.");
  expect(dialog).toHaveTextContent("Everything in the system itself");
  expect(dialog).not.toHaveTextContent("demo");
  await expect(dialog).toHaveNoFindings();
});
