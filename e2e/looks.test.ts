import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { expect, test } from "vitest";
import { rename } from "./support/pair.ts";
import type { Op } from "./support/server.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const screens = join(import.meta.dirname, "screens");
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 780 } };

const content: Op[] = [
  { insert: "Trip to the coast" },
  { insert: "\n", attributes: { header: 1 } },
  { insert: "We leave on " },
  { insert: "Friday at seven", attributes: { bold: true } },
  { insert: ". The timetable is " },
  { insert: "here", attributes: { link: "https://example.org/" } },
  { insert: ".\nTo pack" },
  { insert: "\n", attributes: { header: 2 } },
  { insert: "Rain coats" },
  { insert: "\n", attributes: { list: "bullet" } },
  { insert: "Two tents" },
  { insert: "\n", attributes: { list: "bullet" } },
  { insert: "The sea does not wait." },
  { insert: "\n", attributes: { blockquote: true } },
  { insert: "ferry --book 4" },
  { insert: "\n", attributes: { "code-block": true } },
];

/** What axe finds wrong with a page, in short. */
async function faults(tab: Tab): Promise<string[]> {
  await tab.page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await tab.page.evaluate(
    (): Promise<AxeResults> => (window as never as { axe: typeof import("axe-core") }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
}

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`the pages are accessible and fit: ${size}, ${colorScheme}`, async () => {
      const id = `trip-${size}-${colorScheme}`;
      await on.server.create(id, content);
      const options = { viewport, colorScheme };
      const shoot = (tab: Tab, name: string) =>
        tab.page.screenshot({ path: join(screens, `${name}-${size}-${colorScheme}.png`) });

      const list = await Tab.open(on.browser, on.server, "/", options);
      await list.page.getByRole("link", { name: id }).waitFor();
      await shoot(list, "list");
      expect(await faults(list)).toEqual([]);
      await list.close();

      const ann = await Tab.open(on.browser, on.server, `/d/${id}`, options);
      const bob = await Tab.open(on.browser, on.server, `/d/${id}`, options);
      for (const tab of [ann, bob]) await tab.ready();
      await rename(ann, "Ann Lee");
      await rename(bob, "Bob");
      await bob.editor.focus();
      await bob.page.keyboard.press("Control+Home");
      await bob.page.keyboard.press("ArrowDown");
      await bob.page.keyboard.press("Shift+End");
      await ann.page.locator(".coscribe-name", { hasText: "Bob" }).waitFor();
      await ann.standing("Saved");
      await shoot(ann, "document");
      expect(await faults(ann)).toEqual([]);
      const scrollWidth = await ann.page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth).toBeLessThanOrEqual(viewport.width);
      await ann.close();
      await bob.close();
    });
  }
}

test("missing documents and pages are accessible too", async () => {
  for (const path of ["/d/nothing-here", "/nowhere"]) {
    const tab = await Tab.open(on.browser, on.server, path);
    await tab.page.getByRole("heading", { name: "There is no such" }).waitFor();
    expect(await faults(tab)).toEqual([]);
    await tab.close({ expecting: /status of 404/ });
  }
});

test("a missing document can be created on the spot", async () => {
  const tab = await Tab.open(on.browser, on.server, "/d/on-the-spot");
  await tab.page.getByRole("button", { name: "Create it" }).click();
  await tab.ready();
  await tab.typeAtEnd("here");
  await tab.standing("Saved");
  await tab.close({ expecting: /status of 404/ });
});
