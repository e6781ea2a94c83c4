import { expect, test } from "vitest";
import { agreement, texts } from "./support/agree.ts";
import { pair, rename } from "./support/pair.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();

/** How far a drawn caret is, in pixels, from where it should be: right behind this text. */
function distance(tab: Tab, name: string, behind: string): Promise<number> {
  return tab.page.evaluate(
    ([name, behind]) => {
      const flags = [...document.querySelectorAll(".coscribe-name")];
      const caret = flags.find((flag) => flag.textContent === name)?.parentElement;
      const texts = document.createTreeWalker(
        document.querySelector("#editor") as Node,
        NodeFilter.SHOW_TEXT,
      );
      while (texts.nextNode()) {
        const at = (texts.currentNode.textContent ?? "").indexOf(behind);
        if (at < 0 || !caret) continue;
        const place = document.createRange();
        place.setStart(texts.currentNode, at + behind.length);
        const [is, should] = [caret.getBoundingClientRect(), place.getBoundingClientRect()];
        return Math.hypot(is.left - should.left, is.top - should.top);
      }
      return Number.POSITIVE_INFINITY;
    },
    [name, behind] as const,
  );
}

/** Waits until the caret is drawn right behind this text. */
async function caretBehind(tab: Tab, name: string, text: string): Promise<void> {
  await expect.poll(() => distance(tab, name, text)).toBeLessThan(3);
}

test("each sees the other's name, colour and caret where it is", async () => {
  const [ann, bob] = await pair(on, "carets", [{ insert: "one two\nthree four\n" }]);
  await rename(ann, "Ann");
  await rename(bob, "Bob");
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await ann.page.keyboard.press("Control+ArrowRight");
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+End");
  await caretBehind(bob, "Ann", "one");
  await caretBehind(ann, "Bob", "three four");

  // The caret goes along with what is typed before it, and with its owner.
  await bob.page.keyboard.press("Control+Home");
  await bob.page.keyboard.type("zero ");
  await caretBehind(bob, "Ann", "zero one");
  await caretBehind(ann, "Bob", "zero ");
  await ann.page.keyboard.type(" and a half");
  await caretBehind(bob, "Ann", "one and a half");

  const colour = (tab: Tab, selector: string, property: string) =>
    tab.page
      .locator(selector)
      .evaluate((node, property) => getComputedStyle(node).getPropertyValue(property), property);
  expect(await colour(bob, ".coscribe-name", "background-color")).toBe(
    await colour(ann, "#my-dot", "background-color"),
  );
  expect(await colour(bob, ".avatar", "background-color")).toBe(
    await colour(ann, "#my-dot", "background-color"),
  );
  await ann.close();
  await bob.close();
});

test("a selection is shown over the words that are selected", async () => {
  const [ann, bob] = await pair(on, "selection", [{ insert: "some words here\n" }]);
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await ann.page.keyboard.press("Control+ArrowRight");
  await ann.page.keyboard.press("Control+Shift+ArrowRight");
  const box = () =>
    bob.page.evaluate(() => {
      const drawn = document.querySelector(".coscribe-selection")?.getBoundingClientRect();
      const text = document.querySelector("#editor p")?.firstChild;
      if (!drawn || !text) return Number.POSITIVE_INFINITY;
      const range = document.createRange();
      range.setStart(text, "some".length);
      range.setEnd(text, "some words".length);
      const words = range.getBoundingClientRect();
      return Math.max(Math.abs(drawn.left - words.left), Math.abs(drawn.right - words.right));
    });
  await expect.poll(box).toBeLessThan(3);
  await ann.close();
  await bob.close();
});

test("who is here is listed, renamed and gone", async () => {
  const [ann, bob] = await pair(on, "people");
  const others = bob.page.getByRole("list", { name: "Others here" }).getByRole("listitem");
  await rename(ann, "Ann of the Hill");
  await expect.poll(() => others.allTextContents()).toEqual(["AHAnn of the Hill"]);
  await ann.page.reload();
  await ann.ready();
  await expect.poll(() => others.allTextContents()).toEqual(["AHAnn of the Hill"]);
  await ann.close();
  await expect.poll(() => others.count()).toBe(0);
  await bob.close();
});

test("a name is a name, whatever stands in it", async () => {
  const [ann, bob] = await pair(on, "names");
  const name = "<img src=x onerror=alert(1)>";
  await rename(ann, name);
  await ann.typeAtEnd("text");
  await bob.page.locator(".coscribe-name", { hasText: name }).waitFor();
  await bob.page.getByRole("listitem").filter({ hasText: name }).waitFor();
  await agreement(on.server, "names", ann, bob);
  await ann.close();
  await bob.close();
});

test("two windows of one browser are two clients", async () => {
  await on.server.create("twice", [{ insert: "\n" }]);
  const first = await Tab.open(on.browser, on.server, "/d/twice");
  await first.ready();
  await rename(first, "Ann");
  const second = await first.another("/d/twice");
  await second.ready();
  for (const tab of [first, second]) {
    const others = tab.page.getByRole("list", { name: "Others here" }).getByRole("listitem");
    await expect.poll(() => others.allTextContents()).toEqual(["AAnn"]);
  }
  await Promise.all([first.typeAtEnd("aaaa"), second.typeAtEnd("bbbb")]);
  const [text = ""] = texts(await agreement(on.server, "twice", first, second));
  expect([...text].sort().join("")).toBe("aaaabbbb");
  await first.close();
});
