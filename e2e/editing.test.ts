import { expect, test } from "vitest";
import { agreement, texts } from "./support/agree.ts";
import { pair } from "./support/pair.ts";
import { stage } from "./support/setup.ts";
import { Tab } from "./support/tab.ts";

const on = stage();

test("two people type at the same time, each a line of their own", async () => {
  const [ann, bob] = await pair(on, "typing", [{ insert: "first\nlast\n" }]);
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+End");
  const [a, b] = ["the quick brown fox ", " jumps over the lazy dog"];
  await Promise.all([
    ann.page.keyboard.type(a, { delay: 5 }),
    bob.page.keyboard.type(b, { delay: 5 }),
  ]);
  const lines = await agreement(on.server, "typing", ann, bob);
  expect(texts(lines)).toEqual([`${a}first`, `last${b}`]);
  await ann.close();
  await bob.close();
});

test("two people type into one word and no letter is lost", async () => {
  const [ann, bob] = await pair(on, "word");
  await ann.editor.focus();
  await bob.editor.focus();
  await Promise.all([
    ann.page.keyboard.type("aaaaaaaaaaaaaaaaaaaaaaaaa"),
    bob.page.keyboard.type("bbbbbbbbbbbbbbbbbbbbbbbbb"),
  ]);
  const [text = ""] = texts(await agreement(on.server, "word", ann, bob));
  expect([...text].sort().join("")).toBe("a".repeat(25) + "b".repeat(25));
  await ann.close();
  await bob.close();
});

test("formats from the toolbar reach the other, while they type", async () => {
  const [ann, bob] = await pair(on, "formats", [{ insert: "Title\nsome words here\nitem\n" }]);
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+End");
  const typing = bob.page.keyboard.type(" and more of it", { delay: 10 });
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await ann.tool("H1 heading");
  await ann.page.keyboard.press("ArrowDown");
  await ann.page.keyboard.press("Home");
  for (const format of ["Bold", "Underline"]) {
    await ann.page.keyboard.press("Control+Shift+ArrowRight");
    await ann.tool(format);
  }
  await ann.page.keyboard.press("Control+End");
  await ann.tool("Bulleted list");
  await typing;
  const lines = await agreement(on.server, "formats", ann, bob);
  expect(lines.map(({ block }) => block)).toEqual(["h1", "p", "bullet"]);
  expect(lines[1]?.runs).toEqual([
    ["some", "bold underline"],
    [" words", "underline"],
    [" here", ""],
  ]);
  expect(texts(lines)[2]).toBe("item and more of it");
  await ann.close();
  await bob.close();
});

test("every tool does what it says, and clearing undoes it", async () => {
  const [ann, bob] = await pair(on, "tools", [{ insert: "one\ntwo\nthree\nfour\nfive\n" }]);
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  for (const tool of ["H2 heading", "H3 heading", "Numbered list", "Quote", "Code block"]) {
    await ann.tool(tool);
    await ann.page.keyboard.press("ArrowDown");
  }
  const lines = await agreement(on.server, "tools", ann, bob);
  expect(lines.map(({ block }) => block)).toEqual([
    "h2",
    "h3",
    "ordered",
    "blockquote",
    "code-block",
  ]);
  await ann.page.keyboard.press("Control+a");
  await ann.tool("Clear formatting");
  const plain = await agreement(on.server, "tools", ann, bob);
  expect(plain.map(({ block }) => block)).toEqual(["p", "p", "p", "p", "p"]);
  expect(texts(plain)).toEqual(["one", "two", "three", "four", "five"]);
  await ann.close();
  await bob.close();
});

test("a list grows and shrinks under two people", async () => {
  const [ann, bob] = await pair(on, "list");
  await ann.editor.focus();
  await ann.page.keyboard.type("- item one");
  await agreement(on.server, "list", ann, bob);
  await bob.typeAtEnd("");
  await bob.page.keyboard.press("Control+ArrowLeft");
  await Promise.all([ann.page.keyboard.type("\ntwo\nthree"), bob.page.keyboard.type("number ")]);
  const lines = await agreement(on.server, "list", ann, bob);
  expect(lines.map(({ block }) => block)).toEqual(["bullet", "bullet", "bullet"]);
  expect(texts(lines)).toEqual(["item number one", "two", "three"]);
  await ann.page.keyboard.press("Enter");
  await ann.page.keyboard.press("Enter");
  await ann.page.keyboard.type("after");
  const after = await agreement(on.server, "list", ann, bob);
  expect(after.at(-1)?.block).toBe("p");
  await ann.close();
  await bob.close();
});

// P8: the server puts a newline at the end of what both deletions leave.
test("both delete everything up to the end of the document", async () => {
  const [ann, bob] = await pair(on, "deleting", [{ insert: "keep\ngone\nalso gone\n" }]);
  await ann.editor.focus();
  await bob.editor.focus();
  for (const { page } of [ann, bob]) {
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("End");
    await page.keyboard.press("Control+Shift+End");
  }
  await Promise.all([ann.page.keyboard.press("Delete"), bob.page.keyboard.press("Delete")]);
  const lines = await agreement(on.server, "deleting", ann, bob);
  expect(texts(lines)).toEqual(["keep"]);
  await Promise.all([ann.typeAtEnd(" on"), bob.typeAtEnd(" on")]);
  const [text] = texts(await agreement(on.server, "deleting", ann, bob));
  expect(text).toHaveLength("keep on on".length);
  await ann.close();
  await bob.close();
});

test("an edit through REST that takes the last newline is made whole everywhere", async () => {
  const [ann, bob] = await pair(on, "rest", [{ insert: "text\n" }]);
  await on.server.change("rest", 0, [{ retain: 2 }, { delete: 3 }]);
  const lines = await agreement(on.server, "rest", ann, bob);
  expect(texts(lines)).toEqual(["te"]);
  await ann.typeAtEnd("a");
  expect(texts(await agreement(on.server, "rest", ann, bob))).toEqual(["tea"]);
  await ann.close();
  await bob.close();
});

test("undo takes back one's own edits only", async () => {
  const [ann, bob] = await pair(on, "undo", [{ insert: "start\n" }]);
  await ann.typeAtEnd("");
  await ann.page.keyboard.insertText(" ann"); // at once: keys that are slow to come are undone apart
  await agreement(on.server, "undo", ann, bob);
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+Home");
  await bob.page.keyboard.type("bob ");
  await agreement(on.server, "undo", ann, bob);
  await ann.tool("Undo");
  expect(texts(await agreement(on.server, "undo", ann, bob))).toEqual(["bob start"]);
  await ann.tool("Redo");
  expect(texts(await agreement(on.server, "undo", ann, bob))).toEqual(["bob start ann"]);
  await ann.close();
  await bob.close();
});

test("plain text documents are edited in a plain field", async () => {
  await on.server.create("plain", [{ insert: "one" }], "text");
  const open = () => Tab.open(on.browser, on.server, "/d/plain");
  const [ann, bob] = [await open(), await open()];
  for (const tab of [ann, bob]) await tab.ready();
  expect(await ann.page.getByRole("toolbar").isHidden()).toBe(true);
  await ann.editor.focus();
  await ann.page.keyboard.press("Control+Home");
  await Promise.all([ann.page.keyboard.type("ann "), bob.typeAtEnd(" bob")]);
  for (const tab of [ann, bob]) {
    await expect.poll(() => tab.editor.inputValue()).toBe("ann one bob");
    await tab.standing("Saved");
  }
  expect(await on.server.content("plain")).toEqual([{ insert: "ann one bob" }]);
  await ann.close();
  await bob.close();
});

test("what the editor does not know keeps its place and what it is", async () => {
  const mention = { insert: { mention: { id: 7 } }, attributes: { note: "x" } };
  const [ann, bob] = await pair(on, "unknown", [{ insert: "ask " }, mention, { insert: " now\n" }]);
  await ann.typeAtEnd("!");
  await bob.editor.focus();
  await bob.page.keyboard.press("Control+Home");
  await bob.page.keyboard.type("please ");
  await on.server.change("unknown", 0, [{ retain: 4 }, { insert: { poll: [1, null] } }]);
  await expect
    .poll(() => on.server.content("unknown"))
    .toEqual([
      { insert: "please ask " },
      { insert: { poll: [1, null] } },
      mention,
      { insert: " now!\n" },
    ]);
  for (const tab of [ann, bob]) {
    await expect
      .poll(async () => (await tab.editor.textContent())?.replaceAll("\uFEFF", ""))
      .toBe("please ask pollmention now!");
  }
  await ann.close();
  await bob.close();
});

test("a document that the editor cannot show is not shown as if it were whole", async () => {
  // An embed under the name of a format: no editor has a blot for that.
  await on.server.create("strange", [
    { insert: "a" },
    { insert: { indent: 1 } },
    { insert: "b\n" },
  ]);
  const tab = await Tab.open(on.browser, on.server, "/d/strange");
  await tab.page.getByRole("alert").filter({ hasText: "cannot be shown" }).waitFor();
  expect(await tab.editor.getAttribute("contenteditable")).toBe("false");
  await tab.close();
});
