import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { FileRow, Progress } from "../host";
import { FakeHost } from "../host/fake/FakeHost";
import { FILES, ROOT, SOURCES, mirrored, source } from "../host/fake/story";
import { show } from "../test/render";
import LibraryView from "./LibraryView";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
});

test("every file says its state, the reason for it and one remedy", async () => {
  const { user, host, container } = show(<LibraryView source={1} />);
  const row = (await screen.findByText("Margins 2026 protected.xlsx")).closest<HTMLElement>('[role="row"]')!;
  expect(row).toHaveTextContent("Failedneeds a password");
  await user.click(within(row).getByRole("button", { name: "Read again: Margins 2026 protected.xlsx" }));
  expect(host.calls).toContainEqual({ name: "file_retry", request: { document: 55 } });
  await expect(container).toHaveNoFindings();
});

test("files can be narrowed by status and by name", async () => {
  const { user, host } = show(<LibraryView source={1} />);
  await user.click(await screen.findByRole("button", { name: /Failed/ }));
  await waitFor(() => expect(screen.queryByText("KB-0193 Staged firmware update.md")).toBeNull());
  await user.type(screen.getByRole("searchbox", { name: "Find a file" }), "annex");
  await waitFor(() => expect(screen.queryByText("Margins 2026 protected.xlsx")).toBeNull());
  expect(screen.getByText("Annex B draft.docx")).toBeVisible();
  expect(host.calls).toContainEqual({
    name: "file_list",
    request: { source: 1, states: ["failed"], name: "annex", offset: 0, limit: 100 },
  });
});

test("of ten thousand files only those in sight are drawn and asked for", async () => {
  const file = (index: number): FileRow => ({ ...FILES[2]!, document: index, file: `File ${index}.md` });
  const host = new FakeHost({
    file_list: ({ offset, limit }) => ({
      total: 10_000,
      files: Array.from({ length: limit }, (_, index) => file(offset + index)),
      by_state: { indexed: 10_000, waiting: 0, skipped: 0, failed: 0 },
    }),
  });
  show(<LibraryView source={1} />, host);
  expect(await screen.findByText("File 0.md")).toBeVisible();
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "10001");
  expect(host.calls.filter(({ name }) => name === "file_list")).toHaveLength(1);
});

test("reading shows how far it is and how long it will take", async () => {
  const status = () => ({
    sources: [
      source(1, "Customers", { indexed: 2200, waiting: 1204, skipped: 10, failed: 4 }),
      source(2, "Mail", { indexed: 0, waiting: 0, skipped: 0, failed: 0 }),
    ],
    passages: 0,
    embedded: 0,
    model: null,
    model_problem: null,
  });
  const { emit } = show(<LibraryView />, new FakeHost({ status }));
  await screen.findByRole("heading", { name: "All folders" });
  const progress: Progress = {
    now: "Reading `Customers/Site survey Moss 2026.pdf`",
    files_done: 2214,
    files: 3418,
    passages_embedded: 0,
    passages: 0,
    seconds_left: 370,
    idle: false,
    notices: [],
    away: [],
    trouble: null,
  };
  emit({ event: "progress", progress });
  const card = await screen.findByRole("region", { name: "Reading your files" });
  expect(card).toHaveTextContent("2,214 of 3,418 files");
  expect(card).toHaveTextContent("about 6 minutes left");
  expect(card).toHaveTextContent("Site survey Moss 2026.pdf");
  expect(within(card).getByRole("progressbar")).toHaveAttribute("aria-valuenow", "65");
  // The same numbers stand above the list and beside the folders.
  expect(screen.getByText("2 folders, 3,418 files")).toBeVisible();
  expect(screen.getByRole("button", { name: "Indexed 2,200" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Waiting 1,204" })).toBeVisible();
  expect(screen.getByRole("navigation", { name: "Folders" })).toHaveTextContent("1,204 to go");
});

test("a folder that is gone says so, and that nothing of it is shown or forgotten", async () => {
  const status = () => ({
    sources: [source(1, "Fleet reports", { reachable: false })],
    passages: 1,
    embedded: 1,
    model: null,
    model_problem: "The model `all-minilm` is missing.",
  });
  show(<LibraryView />, new FakeHost({ status }));
  expect(await screen.findByText("This folder cannot be reached")).toBeVisible();
  expect(
    screen.getByText(/Nothing from it is shown in answers until it is back; nothing is forgotten/),
  ).toBeVisible();
  expect(screen.getByText("Files are found by their words only")).toBeVisible();
  expect(screen.getByText("all-minilm")).toBeVisible();
});

test("where nothing can be read no folder is said to be up to date", async () => {
  const { emit, host } = show(<LibraryView />);
  const list = await screen.findByRole("navigation", { name: "Folders" });
  expect(list).toHaveTextContent("Up to date");
  const progress = await host.call("progress", {});
  emit({ event: "progress", progress: { ...progress, idle: false, trouble: "The disk is full." } });
  expect(await screen.findByText("The disk is full.")).toBeVisible();
  expect(list).not.toHaveTextContent("Up to date");
  expect(within(list).getAllByText("Not read now")).toHaveLength(SOURCES.length);
});

test("labels are set for the whole collection", async () => {
  const { user, host, container } = show(<LibraryView source={3} />);
  await user.click(await screen.findByRole("button", { name: "Labels" }));
  await user.click(await screen.findByRole("switch", { name: "Never leaves this machine" }));
  await user.type(screen.getByRole("textbox", { name: "Another label" }), "Customer facing{Enter}");
  await user.click(screen.getByRole("button", { name: "Save labels" }));
  expect(host.calls).toContainEqual({
    name: "source_label",
    request: { collection: "Knowledge base", labels: ["never-leaves-this-machine", "customer-facing"] },
  });
  await expect(container).toHaveNoFindings();
});

test("a folder is only forgotten after a second yes", async () => {
  const { user, host } = show(<LibraryView source={2} />);
  await user.click(await screen.findByRole("button", { name: "More actions for Contracts" }));
  await user.click(await screen.findByRole("menuitem", { name: "Stop watching this folder" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent("The files themselves stay as they are.");
  await user.click(screen.getByRole("button", { name: "Stop watching" }));
  expect(host.calls).toContainEqual({ name: "source_remove", request: { path: `${ROOT}/Contracts` } });
});

test("a folder is added with the system's dialog, or by its path where there is none", async () => {
  const { user, host, unmount } = show(<LibraryView />);
  await user.click(await screen.findByRole("button", { name: "Add folder" }));
  await waitFor(() =>
    expect(host.calls).toContainEqual({ name: "source_add", request: { path: "/home/ines/Customers" } }),
  );
  unmount();
  const plain = new FakeHost();
  Object.defineProperty(plain, "canPickFolder", { value: false });
  const second = show(<LibraryView />, plain);
  await second.user.click(await screen.findByRole("button", { name: "Add folder" }));
  await second.user.type(
    await screen.findByRole("textbox", { name: "Path of the folder" }),
    "/srv/files{Enter}",
  );
  expect(plain.calls).toContainEqual({ name: "source_add", request: { path: "/srv/files" } });
});

test("a search can be tried, and why a file is missing is said", async () => {
  const host = new FakeHost({
    why: ({ file }) => ({
      file,
      verdict: "`Annex B draft.docx` could not be read: the file is damaged.",
      details: ["Open it and save it again."],
      status: "failed",
      found: null,
    }),
  });
  const { user } = show(<LibraryView source={1} />, host);
  await user.type(await screen.findByRole("searchbox", { name: "Try a search" }), "bootloader");
  await waitFor(() =>
    expect(host.calls).toContainEqual({
      name: "search",
      request: { text: "bootloader", most: 6, by_document: true, filter: { collections: ["Halden"] } },
    }),
  );
  await user.click(screen.getByRole("button", { name: "Why is a file missing?" }));
  await user.type(await screen.findByRole("combobox", { name: "File" }), "Annex B");
  await user.click(screen.getByRole("button", { name: "Say why" }));
  expect(await screen.findByText(/could not be read: the file is damaged/)).toBeVisible();
  expect(host.calls.at(-1)?.name).not.toBe("question_ask");
});

test("without folders the library says how to begin", async () => {
  const status = () => ({ sources: [], passages: 0, embedded: 0, model: null, model_problem: null });
  const { container } = show(<LibraryView />, new FakeHost({ status }));
  expect(await screen.findByText("No folder is watched yet")).toBeVisible();
  await expect(container).toHaveNoFindings();
});

test("all folders stand in the list with what is most worth knowing", async () => {
  show(<LibraryView />);
  const list = await screen.findByRole("navigation", { name: "Folders" });
  for (const { collection } of SOURCES) expect(within(list).getByText(collection)).toBeVisible();
  expect(list).toHaveTextContent("Never leaves this machine");
});

const withSystem = (own = mirrored()) => ({
  status: () => ({ sources: [...SOURCES, own], passages: 1, embedded: 1, model: null, model_problem: null }),
});

test("a system stands beside the folders as what it is, without a path", async () => {
  const { container } = show(<LibraryView />, new FakeHost(withSystem()));
  const list = await screen.findByRole("navigation", { name: "Folders and systems" });
  const own = within(list).getByRole("link", { name: /^Request Tracker/ });
  expect(own).toHaveAttribute("title", "Records of Request Tracker");
  expect(within(list).getByRole("link", { name: /^All folders and systems/ })).toBeVisible();
  expect(screen.getByText(/^4\sfolders and 1\ssystem, 6,440\sfiles and records$/)).toBeVisible();
  expect(container).not.toHaveTextContent("/synced/");
  await expect(container).toHaveNoFindings();
});

test("what is kept of a system is managed where the system is, and labelled here", async () => {
  const { user, host, container } = show(<LibraryView source={5} />, new FakeHost(withSystem()));
  expect(await screen.findByRole("heading", { level: 2, name: "Request Tracker" })).toBeVisible();
  expect(container).toHaveTextContent("Records of Request Tracker, kept in step with the system");
  expect(screen.getByRole("link", { name: "Manage what is kept of Request Tracker" })).toHaveAttribute(
    "href",
    "#/connections/system/request-tracker",
  );
  expect(screen.queryByRole("button", { name: "More actions for Request Tracker" })).toBeNull();
  expect(screen.getByRole("searchbox", { name: "Find a record" })).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Labels" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent("every answer from these records carries them");
  await user.click(screen.getByRole("switch", { name: "Internal only" }));
  await user.click(screen.getByRole("button", { name: "Save labels" }));
  expect(host.calls).toContainEqual({
    name: "source_label",
    request: { collection: "Request Tracker", labels: [] },
  });
});

test("copies that are gone say so, and how they are made again", async () => {
  show(<LibraryView source={5} />, new FakeHost(withSystem(mirrored({ reachable: false }))));
  expect(await screen.findByText("These copies cannot be reached")).toBeVisible();
  expect(screen.getByText(/press Manage, switch them off, and switch them on again/)).toBeVisible();
  expect(screen.queryByText(/drive that is not connected/)).toBeNull();
});
