import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { BrowserContextOptions } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { Rest } from "../client-js/src/rest/index.ts";
import { sign } from "./support/jwt.ts";
import { linesOf, linesOn } from "./support/lines.ts";
import type { Op } from "./support/server.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const secret = "a secret of thirty-two bytes or more";
const folder = mkdtempSync(join(tmpdir(), "coscribe-e2e-key-"));
const file = join(folder, "secret");
writeFileSync(file, secret);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const on = stage("--jwt-secret-file", file);
/** A tab without a token is refused once, then asks for one. */
const refused = /status of 401/;
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const screens = join(import.meta.dirname, "screens");

function token(user: string, right = "write"): string {
  return sign(secret, user, { "*": right });
}

/** The REST API as this user. */
function as(user: string): Rest {
  return new Rest(on.server.url, { token: token(user) });
}

/** Opens a document as this user. */
async function enter(
  user: string,
  id: string,
  { right = "write", ...options }: BrowserContextOptions & { readonly right?: string } = {},
): Promise<Tab> {
  const tab = await Tab.open(on.browser, on.server, `/d/${id}`, options);
  await tab.page.getByLabel("Token").fill(token(user, right));
  await tab.page.getByRole("button", { name: "Use this token" }).click();
  await tab.page.getByRole("button", { name: "History" }).waitFor();
  return tab;
}

const slider = (tab: Tab) => tab.page.getByRole("slider", { name: "Moment" });
const marks = (tab: Tab) => tab.page.getByLabel("Mark", { exact: true });

/** What the slider tells of the moment. */
function spoken(tab: Tab): Promise<string | null> {
  return slider(tab).getAttribute("aria-valuetext");
}

async function openHistory(tab: Tab): Promise<void> {
  await tab.page.getByRole("button", { name: "History" }).click();
  await expect.poll(() => spoken(tab)).toMatch(/:\d\d, .*revision/);
}

/** Moves the slider as a pointer would, and waits until that moment is on show. */
async function slide(tab: Tab, rev: number): Promise<void> {
  await slider(tab).fill(String(rev));
  await expect
    .poll(() => tab.page.locator("#history-rev").textContent())
    .toContain(`revision ${rev} `);
}

/** The text of what is shown of the past, or of a part of it. */
function shown(tab: Tab, selector = ""): Promise<string> {
  return tab.page
    .locator(`#past .ql-editor ${selector}`.trim())
    .allTextContents()
    .then((texts) => texts.join("").replaceAll("¶", ""));
}

/** A document with a history: two people, a pause in between by a name. */
async function story(id: string): Promise<void> {
  const [ann, bob] = [as("ann"), as("bob")];
  const content = [
    { insert: "Trip to the coast" },
    { insert: "\n", attributes: { header: 1 } },
    { insert: "We leave on Friday.\nRain coats" },
    { insert: "\n", attributes: { list: "bullet" } },
    { insert: { mention: { id: "ann" } } },
    { insert: " pays\n" },
  ];
  await ann.createDocument({ id, content });
  await bob.submitChange(id, {
    rev: 0,
    op: [{ retain: 30 }, { insert: "Saturday" }, { delete: 6 }],
  });
  await bob.submitChange(id, { rev: 1, op: [{ retain: 40 }, { insert: "Warm r" }, { delete: 1 }] });
  await ann.createVersion(id, { name: "sent to all" });
  await ann.submitChange(id, { rev: 2, op: [{ delete: 4 }, { insert: "Journey" }] });
  await bob.submitChange(id, { rev: 3, op: [{ retain: 7, attributes: { italic: true } }] });
  await ann.submitChange(id, { rev: 4, op: [{ retain: 21 }, { insert: "Soon. " }] });
}

test("any moment is shown as it was, while the document goes on", async () => {
  await story("moments");
  const [ann, bob] = [await enter("ann", "moments"), await enter("bob", "moments")];
  await openHistory(ann);
  expect(await slider(ann).inputValue()).toBe("5");
  expect(await ann.editor.isHidden()).toBe(true);
  await marks(ann).selectOption("nothing");
  for (const rev of [0, 3, 1, 4, 2, 5]) {
    await slide(ann, rev);
    const { content } = await as("ann").getContent("moments", { rev });
    await expect
      .poll(() => linesOn(ann.page, "#past"))
      .toEqual(linesOf(content as readonly Op[]).map(withoutEmbeds));
  }
  expect(await spoken(ann)).toMatch(/^\d+ \w+ \d{4}, [\d:]+, ann, revision 5 of 5$/);
  await slide(ann, 0);
  expect(await spoken(ann)).toMatch(/, created, revision 0 of 5$/);

  // What others type lengthens the way; where the newest moment is on show, it is followed.
  await slide(ann, 5);
  await bob.typeAtEnd(" Good.");
  await bob.standing("Saved");
  await expect.poll(() => shown(ann)).toContain("Good.");
  await ann.page.getByRole("button", { name: "Back to editing" }).click();
  expect(await ann.editor.textContent()).toContain("Good.");
  await ann.typeAtEnd(" Yes.");
  await ann.standing("Saved");
  await expect.poll(() => bob.editor.textContent()).toContain("Good. Yes.");
  await ann.close({ expecting: refused });
  await bob.close({ expecting: refused });
});

/** An embed of another program is shown as its name. */
function withoutEmbeds({ block, runs }: ReturnType<typeof linesOf>[number]) {
  const named = runs.map(([text, looks]) => [
    text.replace(/^\{"mention".*?\}\}/, "mention"),
    looks,
  ]);
  return { block, runs: named };
}

test("whatever a document may hold is shown as the editor shows it", async () => {
  const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  const content = [
    { insert: "<img src=x onerror=alert(1)> & more" },
    { insert: "\n", attributes: { header: 2, align: "center" } },
    { insert: "bold link", attributes: { bold: true, link: "https://example.org/" } },
    { insert: " and ", attributes: { color: "#ff0000", size: "large" } },
    { insert: "a trap", attributes: { link: "javascript:alert(1)", italic: true } },
    { insert: " ends\n\n" },
    { insert: "one" },
    { insert: "\n", attributes: { list: "ordered" } },
    { insert: "two", attributes: { underline: true } },
    { insert: "\n", attributes: { list: "ordered", indent: 1 } },
    { insert: "if x {\n  y()" },
    { insert: "\n", attributes: { "code-block": "plain" } },
    { insert: "quoted", attributes: { code: true } },
    { insert: "\n", attributes: { blockquote: true, direction: "rtl" } },
    { insert: { image: pixel } },
    { insert: "\n" },
  ];
  await as("ann").createDocument({ id: "formats", content });
  const ann = await enter("ann", "formats");
  await openHistory(ann);
  const past = ann.page.locator("#past .ql-editor");
  const inEditor = await linesOn(ann.page);
  expect(await linesOn(ann.page, "#past")).toEqual(inEditor);
  const classes = (editor: string) =>
    ann.page
      .locator(`${editor} [class*=ql-]:not(.ql-ui)`)
      .evaluateAll((nodes) =>
        nodes.map(({ className }) => className).filter((name) => name !== "ql-editor"),
      );
  expect(await classes("#past")).toEqual(await classes("#sheet"));
  const links = (editor: string) =>
    ann.page
      .locator(`${editor} a`)
      .evaluateAll((nodes) => nodes.map((a) => a.getAttribute("href")));
  expect(await links("#past")).toEqual(["https://example.org/", "about:blank"]);
  expect(await links("#past")).toEqual(await links("#sheet"));
  expect(await past.locator("img").getAttribute("src")).toBe(pixel);
  await ann.close({ expecting: refused });
});

test("what differs between two moments is marked", async () => {
  await story("marks");
  const ann = await enter("ann", "marks");
  await openHistory(ann);
  // At first what the last run of editing changed, with its authors' colours.
  await expect.poll(() => shown(ann, "ins")).toBe("JourneySoon. ");
  expect(await shown(ann, "del")).toBe("Trip");
  expect(await shown(ann, ".mark.formatted")).toBe("");
  await slide(ann, 2);
  await expect.poll(() => shown(ann, "ins")).toBe("SaturdayWarm r");
  expect(await shown(ann, "del")).toBe("FridayR");
  await expect.poll(() => shown(ann, "ins[data-author=bob]")).toBe("SaturdayWarm r");

  await marks(ann).selectOption("what has changed since then");
  await slide(ann, 1);
  await expect.poll(() => shown(ann, "ins")).toBe("JourneySoon. Warm r");
  await expect.poll(() => shown(ann, "ins[data-author=bob]")).toBe("Warm r");
  await expect.poll(() => shown(ann, "ins[data-author=ann]")).toBe("JourneySoon. ");

  await ann.page.getByRole("button", { name: "Compare from here" }).click();
  await expect.poll(() => shown(ann, "ins, del")).toBe("");
  await slide(ann, 2);
  await expect.poll(() => shown(ann, "ins")).toBe("Warm r");
  await slide(ann, 0);
  await expect.poll(() => shown(ann, "ins")).toBe("Saturday");
  await ann.close({ expecting: refused });
});

test("who wrote what is coloured, counted, and told under the pointer", async () => {
  await story("authors");
  const ann = await enter("ann", "authors");
  await openHistory(ann);
  await marks(ann).selectOption("nothing");
  const tip = ann.page.getByRole("tooltip");
  await ann.page.locator("#past h1").hover({ position: { x: 10, y: 15 } });
  await expect.poll(() => tip.textContent()).toMatch(/^ann, \d+ \w+ \d{4}, [\d:]+$/);

  await ann.page.getByRole("checkbox", { name: "Who wrote what" }).check();
  await expect.poll(() => shown(ann, "[data-author=bob]")).toBe("SaturdayWarm r");
  await ann.page.locator("#past [data-author=bob]").first().hover();
  await expect.poll(() => tip.textContent()).toMatch(/^bob, /);
  const { runs } = await as("ann").getAuthorship("authors");
  const written = (user: string) =>
    runs.filter((run) => run.user === user).reduce((sum, { length }) => sum + length, 0);
  const share = Math.round((written("bob") / (written("ann") + written("bob"))) * 100);
  const legend = ann.page.getByRole("list", { name: "Authors" });
  await legend.getByRole("button", { name: `bob ${share} %` }).press("Enter");
  const told = ann.page.getByRole("status").filter({ hasText: "passage" });
  expect(await told.textContent()).toBe("bob, passage 1 of 2: Saturday");
  await legend.getByRole("button", { name: "bob" }).press("Enter");
  expect(await told.textContent()).toBe("bob, passage 2 of 2: Warm r");
  await ann.close({ expecting: refused });
});

test("runs and named versions are listed, chosen, named and unnamed", async () => {
  await story("names");
  const ann = await enter("ann", "names");
  await openHistory(ann);
  const runs = ann.page.locator("#history-runs").getByRole("button");
  await expect.poll(() => runs.count()).toBe(2);
  expect(await runs.allTextContents()).toEqual([
    expect.stringMatching(/ann, bob\+13 −4/),
    expect.stringMatching(/bob\+14 −7/),
  ]);
  await expect.poll(() => runs.first().getAttribute("aria-current")).toBe("true");
  await runs.last().click();
  await expect.poll(() => slider(ann).inputValue()).toBe("2");
  await expect.poll(() => runs.last().getAttribute("aria-current")).toBe("true");

  const versions = ann.page.locator("#history-versions");
  await versions.getByRole("button", { name: "sent to all revision 2" }).waitFor();
  await slide(ann, 4);
  await ann.page.getByLabel("Name of this moment").fill("<b>final</b>");
  await ann.page.keyboard.press("Enter");
  const final = versions.getByRole("button", { name: "<b>final</b> revision 4" });
  await final.waitFor();
  await expect.poll(() => runs.count()).toBe(3);
  const named = async () => (await as("ann").listVersions("names").page()).items;
  expect((await named()).map(({ name, rev, user }) => [name, rev, user])).toEqual([
    ["sent to all", 2, "ann"],
    ["<b>final</b>", 4, "ann"],
  ]);
  await slide(ann, 0);
  await final.click();
  await expect.poll(() => slider(ann).inputValue()).toBe("4");
  await ann.page.getByRole("button", { name: "Remove the name sent to all" }).click();
  await expect.poll(async () => (await named()).map(({ name }) => name)).toEqual(["<b>final</b>"]);
  await expect.poll(() => versions.getByRole("listitem").count()).toBe(1);
  await ann.close({ expecting: refused });
});

test("a moment is restored while the other types", async () => {
  await story("back");
  const [ann, bob] = [await enter("ann", "back"), await enter("bob", "back")];
  await openHistory(ann);
  await slide(ann, 1);
  const typed = " and on and on and on";
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+End");
  const typing = bob.page.keyboard.type(typed, { delay: 40 });
  await ann.page.getByRole("button", { name: "Restore…" }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Restore this text?" });
  expect(await dialog.textContent()).toMatch(/Nothing is lost/);
  await dialog.getByRole("button", { name: "Restore" }).click();
  await ann.page.getByRole("status").filter({ hasText: "is back" }).waitFor();
  await typing;
  for (const tab of [ann, bob]) await tab.standing("Saved");

  // At the revision of the restore the content is the old one; what came later is on top of it.
  const rest = as("ann");
  const changes = [];
  for await (const change of rest.listChanges("back", { after: 5 })) changes.push(change);
  const restored = changes.find(({ user }) => user === "ann");
  expect(restored).toMatchObject({ user: "ann" });
  const then = await rest.getContent("back", { rev: restored?.rev as number });
  expect(then.content).toEqual((await rest.getContent("back", { rev: 1 })).content);
  expect(changes.filter(({ user }) => user === "bob").length).toBeGreaterThan(0);
  const { content } = await rest.getContent("back");
  const lines = linesOf(content as readonly Op[]).map(withoutEmbeds);
  for (const tab of [ann, bob]) await expect.poll(() => linesOn(tab.page)).toEqual(lines);
  expect(await ann.editor.isVisible()).toBe(true);
  await ann.close({ expecting: refused });
  await bob.close({ expecting: refused });
});

test("the history is walked without a mouse", async () => {
  await story("keys");
  const ann = await enter("ann", "keys");
  const { keyboard } = ann.page;
  await ann.page.getByRole("button", { name: "History" }).press("Enter");
  await expect
    .poll(() => slider(ann).evaluate((node) => node === document.activeElement))
    .toBe(true);
  await expect.poll(() => spoken(ann)).toMatch(/ann, revision 5 of 5$/);
  await keyboard.press("ArrowLeft");
  await expect.poll(() => spoken(ann)).toMatch(/bob, revision 4 of 5$/);
  await keyboard.press("PageDown");
  await expect.poll(() => spoken(ann)).toMatch(/bob, revision 2 of 5$/);
  await keyboard.press("PageDown");
  await expect.poll(() => spoken(ann)).toMatch(/created, revision 0 of 5$/);
  await keyboard.press("PageUp");
  await expect.poll(() => spoken(ann)).toMatch(/revision 2 of 5$/);
  await keyboard.press("Home");
  await expect.poll(() => spoken(ann)).toMatch(/revision 0 of 5$/);

  const seen = new Set<string>();
  await ann.page.exposeFunction("seen", (rev: string) => seen.add(rev));
  await ann.page.locator("#history-rev").evaluate((node) => {
    const tell = () =>
      (window as never as { seen: (text: string) => void }).seen(node.textContent ?? "");
    new MutationObserver(tell).observe(node, { childList: true });
  });
  await ann.page.getByRole("button", { name: "Play" }).press("Enter");
  await expect.poll(() => spoken(ann)).toMatch(/revision 5 of 5$/);
  await ann.page.getByRole("button", { name: "Play" }).waitFor();
  await expect.poll(() => seen.size).toBe(6);
  await ann.page.getByRole("button", { name: "Back to editing" }).press("Enter");
  const button = ann.page.getByRole("button", { name: "History" });
  expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
  await ann.close({ expecting: refused });
});

test("a slider that is dragged asks for the last moment, not for all on the way", async () => {
  const rest = as("ann");
  await rest.createDocument({ id: "drag", type: "text" });
  for (let rev = 0; rev < 200; rev++) {
    await rest.submitChange("drag", { rev, op: [{ insert: `${rev} ` }] });
  }
  const ann = await enter("ann", "drag");
  await openHistory(ann);
  await marks(ann).selectOption("nothing");
  await slide(ann, 200);
  let asked = 0;
  ann.page.on("request", (request) => {
    if (request.url().includes("/v1/")) asked++;
  });
  await slider(ann).evaluate((node: HTMLInputElement) => {
    for (let rev = 199; rev >= 30; rev--) {
      node.value = String(rev);
      node.dispatchEvent(new Event("input"));
    }
  });
  const { content } = await rest.getContent("drag", { rev: 30, format: "text" });
  await expect.poll(() => shown(ann)).toBe(content);
  expect(asked).toBeLessThanOrEqual(4);
  await ann.close({ expecting: refused });
});

test("who may only read sees the past and is offered no change of it", async () => {
  await story("read");
  const eve = await enter("eve", "read", { right: "read" });
  await openHistory(eve);
  await slide(eve, 1);
  await expect.poll(() => shown(eve, "ins")).toBe("Saturday");
  expect(await eve.page.getByRole("button", { name: "Restore…" }).isHidden()).toBe(true);
  expect(await eve.page.getByLabel("Name of this moment").isHidden()).toBe(true);
  await eve.page.getByRole("button", { name: "sent to all revision 2" }).waitFor();
  expect(await eve.page.getByRole("button", { name: "Remove the name" }).count()).toBe(0);
  await eve.close({ expecting: refused });
});

/** What axe finds wrong with a page, in short. */
async function faults({ page }: Tab): Promise<string[]> {
  await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await page.evaluate(
    (): Promise<AxeResults> => (window as never as { axe: typeof import("axe-core") }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
}

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 780 } };
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`the history is accessible and fits: ${size}, ${colorScheme}`, async () => {
      const id = `trip-${size}-${colorScheme}`;
      await story(id);
      const ann = await enter("ann", id, { viewport, colorScheme });
      await openHistory(ann);
      await marks(ann).selectOption("what has changed since then");
      await slide(ann, 1);
      await ann.page.locator("#past ins[data-author=bob]").first().waitFor();
      await ann.page.screenshot({ path: join(screens, `history-${size}-${colorScheme}.png`) });
      expect(await faults(ann)).toEqual([]);
      await ann.page.getByRole("checkbox", { name: "Who wrote what" }).check();
      await ann.page.locator("#past p[data-author], #past p [data-author=ann]").first().waitFor();
      const lists = ann.page.getByText("Versions and runs of editing");
      if (await lists.isVisible()) await lists.click();
      expect(await faults(ann)).toEqual([]);
      const scrollWidth = await ann.page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth).toBeLessThanOrEqual(viewport.width);
      await ann.close({ expecting: refused });
    });
  }
}
