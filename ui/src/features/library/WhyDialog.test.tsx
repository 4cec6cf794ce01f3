import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { FakeHost } from "../../host/fake/FakeHost";
import { show } from "../../test/render";
import { WhyDialog } from "./WhyDialog";

test("a name that turns around is shown as what it is, and asked for by what it is", async () => {
  const file = "Mail/invoice\u202efdp.exe";
  const host = new FakeHost();
  const { user } = show(<WhyDialog file={file} question="" onClose={vi.fn()} />, host);
  expect(await screen.findByRole("combobox", { name: "File" })).toHaveValue("Mail/invoice\ufffdfdp.exe");
  await user.type(screen.getByRole("textbox", { name: "Question" }), "Which fee?{Enter}");
  expect(host.calls).toContainEqual({ name: "why", request: { file, question: "Which fee?" } });
});

test("what was found is said without backticks", async () => {
  const host = new FakeHost({
    why: ({ file }) => ({
      file,
      verdict: "`Annex B.docx` is damaged.",
      details: ["Open `Annex B.docx` and save it again."],
      status: "failed",
      found: null,
    }),
  });
  const { user } = show(<WhyDialog file="Annex B.docx" question="Which fee?" onClose={vi.fn()} />, host);
  await user.click(await screen.findByRole("button", { name: "Say why" }));
  expect(await screen.findByRole("status")).toHaveTextContent(
    "Annex B.docx is damaged.Open Annex B.docx and save it again.",
  );
});
