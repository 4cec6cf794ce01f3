// A change in the demo company: proposed in the main window, approved in the other one, proved by a receipt.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WORDS, folder, openWindow, until } from "./window.mjs";

const LIMIT = { timeout: 180_000 };
const DEAL = "Halden - 40 unit expansion";
const CHANGE = {
  system: "demo-company",
  operation: "crm.deals.update",
  arguments: { next_step: "Call Ingrid on 23 October", pilot_site: null },
  record: DEAL,
};

test("a change is proposed in the main window and approved in the approval window alone", LIMIT, async (t) => {
  const window = await openWindow(t, await folder(t), WORDS);
  await window.seeText("What should Attaché read?");
  await window.go("#/connections");
  await window.click("//button[contains(., 'demo company')]");
  await window.seeText("Changes fields of a deal");
  const proposed = await window.call("action_propose", CHANGE);
  const { id } = proposed.value.action;
  await window.go(`#/inbox/${id}`);
  await window.seeText(`Change 2 fields on the deal “${DEAL}” in Demo company.`);
  // The main window is not even allowed to ask.
  const card = await window.call("card_get", { id });
  const click = { id, struck: [], shown: card.value.digest };
  const refused = await window.call("action_approve", click);
  assert.equal(refused.value, undefined);
  assert.match(JSON.stringify(refused.failure), /not allowed/);

  await window.click("//button[contains(., 'Review')]");
  await window.other();
  await window.seeText("Cleared");
  // A click that comes too soon after the card appeared does nothing, so that it may take more than one; after the last
  // the button is gone.
  await until("the change", async () => {
    if ((await window.text()).includes("Done")) return true;
    await window.press("//button[starts-with(normalize-space(.), 'Approve')]");
    return false;
  });
  await window.other();
  await until("the receipt", async () => {
    const receipt = await window.call("receipt_get", { id });
    return receipt.value.action.state === "succeeded" && receipt.value.rows.length === 5;
  });
  await window.go(`#/activity/receipt/${id}`);
  await window.seeText("Chain intact");
  await window.seeText("Approved by");
  await window.close();
});
