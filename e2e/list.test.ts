import { expect, test } from "vitest";
import { Server } from "./support/server.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();

test("the first document is made from an empty list", async () => {
  const fresh = await Server.start();
  const tab = await Tab.open(on.browser, fresh, "/");
  await tab.page.getByText("No documents yet").waitFor();
  await tab.page.getByRole("button", { name: "New document" }).click();
  await tab.page.waitForURL("**/d/*");
  const id = decodeURIComponent(new URL(tab.page.url()).pathname.slice("/d/".length));
  expect(await fresh.content(id)).toEqual([{ insert: "\n" }]);
  await tab.close();
  await fresh.remove();
});

test("a named document appears in the list and opens from there", async () => {
  const tab = await Tab.open(on.browser, on.server, "/");
  await tab.page.getByLabel("Name of a new document").fill("team-a:plan.1");
  await tab.page.keyboard.press("Enter");
  await tab.page.waitForURL("**/d/team-a:plan.1");
  await tab.page.getByRole("link", { name: "all documents" }).click();
  await tab.page.getByRole("link", { name: "team-a:plan.1" }).click();
  await tab.page.getByRole("heading", { level: 1, name: "team-a:plan.1" }).waitFor();
  await tab.close();
});

test("a name that is taken or cannot be is explained and makes nothing", async () => {
  await on.server.create("taken", [{ insert: "mine\n" }]);
  const tab = await Tab.open(on.browser, on.server, "/");
  const name = tab.page.getByLabel("Name of a new document");
  const alert = tab.page.getByRole("alert");

  await name.fill("taken");
  await name.press("Enter");
  await alert.filter({ hasText: "already" }).waitFor();
  await alert.getByRole("link", { name: "open taken" }).waitFor();

  await name.fill("no spaces");
  await name.press("Enter");
  await alert.filter({ hasText: "letters, digits" }).waitFor();
  expect(new URL(tab.page.url()).pathname).toBe("/");
  expect(await on.server.content("taken")).toEqual([{ insert: "mine\n" }]);
  // The browser notes every answer of the kind 4xx.
  await tab.close({ expecting: /status of 4\d\d/ });
});

test("a long list comes in parts", async () => {
  const many = await Server.start();
  const ids = Array.from({ length: 130 }, (_, i) => `doc-${String(i).padStart(3, "0")}`);
  for (const id of ids) await many.create(id, [{ insert: "\n" }]);
  const tab = await Tab.open(on.browser, many, "/");
  const links = tab.page.getByRole("list", { name: "Documents" }).getByRole("link");
  await expect.poll(() => links.count()).toBe(100);
  await tab.page.getByRole("button", { name: "Show more" }).click();
  await expect.poll(() => links.count()).toBe(130);
  expect(await links.allTextContents()).toEqual(ids);
  expect(await tab.page.getByRole("button", { name: "Show more" }).isHidden()).toBe(true);
  await tab.close();
  await many.remove();
});

test("an address that does not exist says so", async () => {
  const tab = await Tab.open(on.browser, on.server, "/nowhere");
  await tab.page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await tab.page.getByRole("link", { name: "the list" }).click();
  await tab.page.getByRole("heading", { name: "Documents" }).waitFor();
  await tab.close({ expecting: /status of 404/ });
});
