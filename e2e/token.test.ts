import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sign } from "./support/jwt.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const secret = "a secret of thirty-two bytes or more";
const folder = mkdtempSync(join(tmpdir(), "coscribe-e2e-key-"));
const file = join(folder, "secret");
writeFileSync(file, secret);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const on = stage("--jwt-secret-file", file);
const refused = /status of 40[134]/;

/** Gives the page a token where it asks for one. */
async function give(tab: Tab, token: string): Promise<void> {
  await tab.page.getByLabel("Token").fill(token);
  await tab.page.getByRole("button", { name: "Use this token" }).click();
}

test("a page asks for a token, says what is wrong with it and keeps it for the tab", async () => {
  const tab = await Tab.open(on.browser, on.server, "/");
  await tab.page.getByRole("heading", { name: "asks for a token" }).waitFor();
  expect(await tab.page.getByRole("button", { name: "New document" }).isHidden()).toBe(true);

  await give(tab, sign("another secret of thirty-two bytes", "eve", { "*": "admin" }));
  await tab.page.getByRole("alert").filter({ hasText: "Not accepted" }).waitFor();
  await give(tab, sign(secret, "ann", { "ann:*": "write" }));
  await tab.page.getByLabel("Name of a new document").fill("bob:1");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("alert").filter({ hasText: "does not allow" }).waitFor();
  await tab.page.getByLabel("Name of a new document").fill("ann:1");
  await tab.page.keyboard.press("Enter");
  await tab.page.waitForURL("**/d/ann:1");
  await tab.ready();
  await tab.typeAtEnd("mine");
  await tab.standing("Saved");

  await tab.page.reload();
  await tab.ready();
  expect(await tab.editor.textContent()).toBe("mine");
  const kept = await tab.page.evaluate(() => [document.cookie, JSON.stringify(localStorage)]);
  expect(kept.join()).not.toContain("eyJ");
  await tab.close({ expecting: refused });
});

test("who may only read sees the others type and cannot", async () => {
  const writer = await Tab.open(on.browser, on.server, "/");
  await give(writer, sign(secret, "ann", { "*": "write" }));
  await writer.page.getByLabel("Name of a new document").fill("shown");
  await writer.page.keyboard.press("Enter");
  await writer.ready();

  const reader = await Tab.open(on.browser, on.server, "/d/shown");
  await give(reader, sign(secret, "bob", { "*": "read" }));
  await reader.standing("Read only");
  await writer.typeAtEnd("for your eyes");
  await expect.poll(() => reader.editor.textContent()).toBe("for your eyes");
  expect(await reader.editor.getAttribute("contenteditable")).toBe("false");
  expect(await reader.page.getByRole("toolbar").isHidden()).toBe(true);
  await writer.close({ expecting: refused });
  await reader.close({ expecting: refused });
});

test("a document that may not be read says so and takes another token", async () => {
  const tab = await Tab.open(on.browser, on.server, "/d/shown");
  await give(tab, sign(secret, "eve", { "eve:*": "admin" }));
  await tab.page.getByRole("heading", { name: "not open to you" }).waitFor();
  await tab.page.getByRole("button", { name: "Use another token" }).click();
  await give(tab, sign(secret, "ann", { "*": "write" }));
  await tab.ready();
  expect(await tab.editor.textContent()).toBe("for your eyes");
  await tab.close({ expecting: refused });
});

test("a token that runs out is asked for again, and what was written stays", async () => {
  const tab = await Tab.open(on.browser, on.server, "/");
  await give(tab, sign(secret, "ann", { "*": "write" }));
  await tab.page.getByLabel("Name of a new document").fill("hours");
  await tab.page.keyboard.press("Enter");
  await tab.ready();
  // The next token is of the past but for the leeway.
  const brief = sign(secret, "ann", { "*": "write" }, -2);
  await tab.page.evaluate((token) => sessionStorage.setItem("coscribe.token", token), brief);
  await tab.page.reload();
  await tab.ready();
  await tab.typeAtEnd("before");
  await tab.page.getByRole("heading", { name: "asks for a token" }).waitFor();
  await give(tab, sign(secret, "ann", { "*": "write" }));
  await tab.ready();
  await tab.typeAtEnd(" and after");
  await tab.standing("Saved");
  await tab.page.reload();
  await tab.ready();
  expect(await tab.editor.textContent()).toBe("before and after");
  await tab.close({ expecting: refused });
});
