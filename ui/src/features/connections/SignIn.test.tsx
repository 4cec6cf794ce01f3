import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { SystemView } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { CONNECTORS, PROVIDED, connected, signedIn } from "../../host/fake/systems";
import { show } from "../../test/render";
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

type Handlers = ConstructorParameters<typeof FakeHost>[0];

/** A host whose sign-ins wait until the test says that the person has signed in. */
function providing(handlers: Handlers = {}) {
  const host = new FakeHost({ connector_list: () => [...CONNECTORS, ...PROVIDED], ...handlers });
  let signed = (): void => undefined;
  host.pause = () => new Promise((go) => (signed = go));
  const asked = (name: string) => host.calls.filter((own) => own.name === name).map(({ request }) => request);
  return { host, asked, signed: () => signed() };
}

const SECRET = "c-20418-6f3a";
async function begin(system: string, handlers?: Handlers) {
  const core = providing(handlers);
  const shown = show(<Routed />, core.host);
  await shown.user.click(await screen.findByRole("button", { name: "Connect a system…" }));
  const dialog = await screen.findByRole("dialog", { name: "Connect a system" });
  const own = within(dialog);
  await shown.user.click(await own.findByRole("button", { name: new RegExp(`^${system} `) }));
  await shown.user.type(own.getByLabelText("Address"), "acme.my.salesforce.com/services/data/v62.0");
  await shown.user.type(own.getByLabelText("Your name there"), "ines@acme.com");
  const press = (name: string) => shown.user.click(own.getByRole("button", { name }));
  return { ...shown, ...core, dialog, own, press };
}

test("the browser is waited for, and then the system is shown as after any other sign-in", async () => {
  const { own, dialog, user, press, asked, signed, link } = await begin("Salesforce");
  expect(own.queryByLabelText("Client id")).toBeNull();
  await press("In your browser");
  expect(dialog).toHaveTextContent("Attaché comes without a client id of its own");
  expect(dialog).toHaveTextContent(
    "You need the consumer key (client id) of your organisation's connected app",
  );
  expect(dialog).toHaveTextContent("Whoever administers Salesforce in your company makes it");
  expect(dialog).toHaveTextContent("Still needed: the client id");
  await expect(dialog).toHaveNoFindings();
  await user.type(own.getByLabelText("Client id"), "3MVG9");
  const secret = own.getByLabelText("Client secret, empty if the app has none");
  expect(secret).toHaveAttribute("type", "password");
  await user.type(secret, SECRET);
  await press("Sign in");
  const waiting = await own.findByRole("group", {
    name: "Waiting until you have signed in at acme.my.salesforce.com",
  });
  expect(waiting).toHaveFocus();
  expect(dialog).toHaveAccessibleName("Sign in to Salesforce");
  expect(dialog).toHaveTextContent("Your browser was opened at acme.my.salesforce.com; sign in there.");
  await expect(dialog).toHaveNoFindings();
  await press("Copy the address");
  expect(await navigator.clipboard.readText()).toMatch(/^https:\/\/acme\.my\.salesforce\.com\/.*state=/);
  expect(asked("sign_in_begin")).toMatchObject([
    { connector: "salesforce", way: "oauth", client_id: "3MVG9", secret: SECRET },
  ]);
  signed();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(window.location.hash).toBe("#/connections/system/salesforce");
  await waitFor(() => expect(screen.getByRole("region", { name: "Salesforce" })).toHaveFocus());
  expect(screen.getByText("Salesforce is connected as ines@acme.com.")).toHaveAttribute("role", "status");
  expect(asked("sign_in_finish")).toEqual([{ handle: "sign-in-1" }]);
  expect(asked("sign_in_cancel")).toEqual([]);
  const kept = link.client.getMutationCache().getAll();
  expect(JSON.stringify(kept.map(({ state }) => state))).not.toContain(SECRET);
});

test("for another device the code is shown, and no browser is opened here", async () => {
  const { own, dialog, user, press, asked } = await begin("Microsoft 365");
  expect(own.queryByLabelText(/^Client secret/)).toBeNull();
  await user.type(own.getByLabelText("Client id"), "7c4e");
  await press("With a code, on another device");
  await press("Sign in");
  expect(await own.findByText("WDJB-MJHT")).toBeVisible();
  expect(dialog).toHaveTextContent("Open the address at microsoft.com on any device");
  expect(own.getByText("https://microsoft.com/devicelogin")).toBeVisible();
  expect(asked("sign_in_begin")).toMatchObject([{ device: true, by_hand: true }]);
  await press("Copy the code");
  expect(await navigator.clipboard.readText()).toBe("WDJB-MJHT");
  await expect(dialog).toHaveNoFindings();
});

test("giving up closes the port, and all that was written is there to begin again", async () => {
  const { own, user, press, asked, signed } = await begin("Salesforce");
  await press("In your browser");
  await user.type(own.getByLabelText("Client id"), "3MVG9");
  await press("Sign in");
  await own.findByText(/^Your browser was opened/);
  await press("Cancel");
  expect(asked("sign_in_cancel")).toEqual([{ handle: "sign-in-1" }]);
  expect(own.getByLabelText("Client id")).toHaveValue("3MVG9");
  signed();
  await waitFor(() => expect(own.getByRole("button", { name: "Sign in" })).toBeVisible());
  expect(own.queryByRole("alert")).toBeNull();
  await press("Sign in");
  await own.findByText(/^Your browser was opened/);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked("sign_in_cancel")).toEqual([{ handle: "sign-in-1" }, { handle: "sign-in-2" }]);
});

test("a sign-in that begins after the dialog was closed is given up", async () => {
  let answer = (): void => undefined;
  const { own, user, press, asked } = await begin("Salesforce", {
    sign_in_begin: () =>
      new Promise((go) => {
        answer = () =>
          go({ handle: "late", address: "https://x.example", code: null, opened: true, until: 0 });
      }),
  });
  await press("In your browser");
  await user.type(own.getByLabelText("Client id"), "3MVG9");
  await press("Sign in");
  expect(own.getByRole("button", { name: "Signing in…" })).toHaveAttribute("aria-disabled", "true");
  await user.keyboard("{Escape}");
  expect(asked("sign_in_cancel")).toEqual([]);
  answer();
  await waitFor(() => expect(asked("sign_in_cancel")).toEqual([{ handle: "late" }]));
  expect(asked("sign_in_finish")).toEqual([]);
});

test("what the provider refuses is said, and everything that was written stays", async () => {
  const { own, user, press } = await begin("Salesforce");
  await press("In your browser");
  await user.type(own.getByLabelText("Client id"), "wrong");
  await press("Sign in");
  const told = await own.findByRole("alert");
  expect(told).toHaveTextContent("The provider of the sign-ins gave nothing: invalid_client.");
  expect(told).toHaveTextContent("Check the client id and its secret");
  expect(own.getByLabelText("Client id")).toHaveValue("wrong");
  expect(own.getByLabelText("Your name there")).toHaveValue("ines@acme.com");
});

test("a sign-in that holds says until when, and what was allowed", async () => {
  const system = connected({ title: "Salesforce", sign_in: signedIn({ until: Date.now() + 3_600_000 }) });
  const { container } = show(<Routed />, providing({ system_list: () => [system] }).host);
  expect(await screen.findByText(/^Signed in until .*, renewed by itself$/)).toBeVisible();
  expect(screen.getByText(/^Allowed there:/)).toHaveTextContent("Allowed there: api, refresh_token");
  expect(screen.queryByRole("button", { name: "Sign in again" })).toBeNull();
  await expect(container).toHaveNoFindings();
});

/** A system whose sign-in was taken back, until one signs in again. */
function signedOut(more: Handlers = {}) {
  let system: SystemView = connected({
    title: "Salesforce",
    trouble: "`salesforce` wants you to sign in again.",
    sign_in: signedIn({ holds: false }),
  });
  const core = providing({
    system_list: () => [system],
    sign_in_again: () => ({
      handle: "again",
      address: "https://login.salesforce.com/authorize",
      code: null,
      opened: true,
      until: Date.now(),
    }),
    ...more,
    sign_in_finish: () =>
      new Promise((go) => {
        finish = () => {
          system = { ...system, trouble: null, sign_in: signedIn() };
          go(system);
          core.host.emit({ event: "stale", caches: ["systems"] });
        };
      }),
  });
  let finish = (): void => undefined;
  return { ...core, finish: () => finish(), shown: show(<Routed />, core.host) };
}

test("whoever is signed out is told so once, and signs in again", async () => {
  const { shown, asked, finish } = signedOut();
  const again = await screen.findByRole("button", { name: "Sign in again" });
  expect(screen.getByText("You are signed out there")).toBeVisible();
  expect(screen.getByRole("link", { name: /^Salesforce/ })).toHaveTextContent("Signed out");
  expect(screen.getAllByText(/wants you to sign in again/)).toHaveLength(1);
  await expect(shown.container).toHaveNoFindings();
  await shown.user.click(again);
  const dialog = await screen.findByRole("dialog", { name: "Sign in to Salesforce again" });
  expect(await within(dialog).findByText("login.salesforce.com")).toBeVisible();
  await waitFor(() => expect(within(dialog).getByRole("group")).toHaveFocus());
  expect(asked("sign_in_again")).toEqual([{ system: "request-tracker" }]);
  finish();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText("You are signed in to Salesforce again.")).toHaveAttribute("role", "status");
  await waitFor(() => expect(screen.queryByText("You are signed out there")).toBeNull());
  expect(screen.getByRole("group", { name: "Sign-in" })).toHaveFocus();
});

test("signing in again is given up, and tried again after it failed", async () => {
  let there = false;
  const { shown, asked } = signedOut({
    sign_in_again: () => {
      if (!there) throw { message: "The provider can't be reached.", hint: "Check it.", fault: "remote" };
      return { handle: "again", address: "https://x.example", code: null, opened: false, until: 0 };
    },
  });
  const again = await screen.findByRole("button", { name: "Sign in again" });
  await shown.user.click(again);
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("The provider can't be reached.")).toBeVisible();
  await expect(dialog).toHaveNoFindings();
  there = true;
  await shown.user.click(within(dialog).getByRole("button", { name: "Try again" }));
  expect(await within(dialog).findByText(/^Your browser could not be opened/)).toBeVisible();
  await shown.user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked("sign_in_cancel")).toEqual([{ handle: "again" }]);
  expect(again).toHaveFocus();
});

test("what could not be taken back at the provider is said, also once the system is gone", async () => {
  let systems = [connected({ title: "Salesforce", sign_in: signedIn() })];
  const warning = "The sign-in is forgotten here; its provider has no way to be told.";
  const { host } = providing({
    system_list: () => systems,
    system_disconnect: () => {
      systems = [];
      host.emit({ event: "stale", caches: ["systems"] });
      return { warning };
    },
  });
  const { user } = show(<Routed />, host);
  await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
  const asking = await screen.findByRole("dialog", { name: "Disconnect Salesforce?" });
  expect(asking).toHaveTextContent("Your sign-in there, and its secret in this computer’s keyring");
  await user.click(within(asking).getByRole("button", { name: "Disconnect" }));
  const left = await screen.findByRole("dialog", { name: "Salesforce is disconnected" });
  expect(within(left).getByRole("alert")).toHaveTextContent(warning);
  expect(await screen.findByText("No system is connected yet")).toBeInTheDocument();
  expect(left).toBeVisible();
  expect(left).toHaveFocus();
  await expect(left).toHaveNoFindings();
  await user.click(within(left).getAllByRole("button", { name: "Close" }).at(-1)!);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});
