import { expect, test } from "vitest";
import { agreement, texts } from "./support/agree.ts";
import { pair } from "./support/pair.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();

/** What has the focus, by its accessible name. */
function focused(tab: Tab): Promise<string> {
  return tab.page.evaluate(() => {
    const { activeElement: at } = document;
    const label = at?.id && document.querySelector(`label[for="${at.id}"]`)?.textContent;
    const around = at?.closest("label")?.textContent?.trim();
    return at?.getAttribute("aria-label") || label || around || at?.textContent || "";
  });
}

/** Presses Tab until something of this name has the focus. */
async function tabTo(tab: Tab, name: string, key = "Tab"): Promise<void> {
  for (let i = 0; i < 20; i++) {
    if ((await focused(tab)) === name) return;
    await tab.page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach ${name}`);
}

test("a document is made, written and formatted without a mouse", async () => {
  const tab = await Tab.open(on.browser, on.server, "/");
  await tab.page.getByRole("heading", { name: "Documents" }).waitFor();
  const { keyboard } = tab.page;
  await tabTo(tab, "Name of a new document");
  await keyboard.type("by-hand");
  await keyboard.press("Enter");
  await tab.page.waitForURL("**/d/by-hand");
  await tab.ready();

  await tabTo(tab, "Skip to the text");
  await keyboard.press("Enter");
  await keyboard.type("Title\nplain ");
  await keyboard.press("Control+b");
  await keyboard.type("bold");
  await keyboard.press("Control+Home");
  // Quill hears of a moved caret a moment later; then the toolbar shows it.
  const bold = tab.page.getByRole("button", { name: "Bold" });
  await expect.poll(() => bold.getAttribute("aria-pressed")).toBe("false");

  // The toolbar is one stop; the arrow keys go along it and around its end.
  await tabTo(tab, "Undo", "Shift+Tab");
  for (const key of ["ArrowRight", "ArrowRight"]) await keyboard.press(key);
  expect(await focused(tab)).toBe("H1 heading");
  await keyboard.press("Enter");
  expect(await focused(tab)).toBe("Text of by-hand");
  await keyboard.press("Shift+Tab");
  expect(await focused(tab)).toBe("H1 heading");
  await keyboard.press("Home");
  await keyboard.press("ArrowLeft");
  expect(await focused(tab)).toBe("Clear formatting");

  const lines = await agreement(on.server, "by-hand", tab);
  expect(lines).toEqual([
    { block: "h1", runs: [["Title", ""]] },
    {
      block: "p",
      runs: [
        ["plain ", ""],
        ["bold", "bold"],
      ],
    },
  ]);
  await tab.close();
});

test("the Tab key leaves the text, also in a list", async () => {
  const [ann, bob] = await pair(on, "trap");
  await ann.editor.focus();
  await ann.page.keyboard.type("- item");
  await ann.page.keyboard.press("Shift+Tab");
  expect(await focused(ann)).toBe("Undo");
  await ann.page.keyboard.press("Tab");
  expect(await focused(ann)).toBe("Text of trap");
  await ann.page.keyboard.press("Tab");
  expect(await focused(ann)).not.toBe("Text of trap");
  expect(texts(await agreement(on.server, "trap", ann, bob))).toEqual(["item"]);
  await ann.close();
  await bob.close();
});

test("a link is set, changed and removed from its dialog", async () => {
  const [ann, bob] = await pair(on, "links", [{ insert: "see this page\n" }]);
  const { keyboard } = ann.page;
  const links = async () => JSON.stringify(await on.server.content("links"));
  await ann.editor.focus();
  await keyboard.press("Control+End");
  await keyboard.press("Control+Shift+ArrowLeft");
  await keyboard.press("Control+k");
  expect(await focused(ann)).toBe("Address");
  await keyboard.type("javascript:alert(1)");
  await keyboard.press("Enter");
  await ann.page.getByRole("alert").filter({ hasText: "not the address" }).waitFor();
  await keyboard.press("Control+a");
  await keyboard.type("example.org/a");
  // What the other types meanwhile must not move the link to other words.
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+Home");
  await bob.page.keyboard.type("please ");
  await agreement(on.server, "links", ann, bob);
  await keyboard.press("Enter");
  await expect
    .poll(links)
    .toContain('{"insert":"page","attributes":{"link":"https://example.org/a"}}');
  expect(await focused(ann)).toBe("Text of links");

  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowLeft");
  await keyboard.press("Control+k");
  expect(await ann.page.getByLabel("Address").inputValue()).toBe("https://example.org/a");
  await keyboard.press("Control+a");
  await keyboard.type("ann@example.org");
  await keyboard.press("Enter");
  await expect
    .poll(links)
    .toContain('{"insert":"page","attributes":{"link":"mailto:ann@example.org"}}');

  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowLeft");
  await keyboard.press("Control+k");
  await ann.page.getByRole("button", { name: "Remove link" }).press("Enter");
  const lines = await agreement(on.server, "links", ann, bob);
  expect(lines).toEqual([{ block: "p", runs: [["please see this page", ""]] }]);

  await keyboard.press("Control+k");
  await keyboard.press("Escape");
  expect(await focused(ann)).toBe("Text of links");
  await ann.close();
  await bob.close();
});
