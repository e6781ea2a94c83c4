import { expect, test } from "vitest";
import type { Subject } from "./suite.ts";

/** A line of about 64 units, different for each number. */
const line = (n: number): string => `line ${n} ${"of a text that is worth to be kept ".repeat(2)}`;

/** What the person does to the text. */
export function writing(subject: Subject): void {
  const { oneLine, type } = subject.traits;
  const separator = oneLine ? " " : "\n";

  test("types and deletes", async () => {
    const scene = await subject.scene("one two");
    await scene.ann.type(" three");
    await scene.ann.press("Backspace", "Backspace");
    await scene.ann.select(0);
    await scene.ann.press("Delete");
    await scene.ann.type("O");
    await subject.agreeOn(scene, "One two thr");
    await scene.ann.select(4, 7);
    await scene.ann.type("2");
    await subject.agreeOn(scene, "One 2 thr");
  });

  test("shows what others do, and sends none of it back", async () => {
    const scene = await subject.scene("one two");
    await scene.bob.replace(4, 7, "three");
    await scene.bob.replace(0, 0, "zero ");
    await subject.agreeOn(scene, "zero one three");
    expect(await scene.ann.edits()).toBe(0);
  });

  test("pastes 100 KB as one edit", async () => {
    const scene = await subject.scene("()");
    const text = Array.from({ length: 1400 }, (_, n) => line(n)).join(separator);
    expect(text.length).toBeGreaterThan(100 << 10);
    await scene.ann.select(1);
    await scene.ann.paste(text);
    await subject.agreeOn(scene, `(${text})`);
    expect(await scene.ann.edits()).toBe(1);
  });

  test("keeps emoji and combining marks whole", async () => {
    const scene = await subject.scene("ab");
    await scene.ann.select(1);
    await scene.ann.page.keyboard.insertText("😀e\u0301👩‍👩‍👧字");
    await subject.agreeOn(scene, "a😀e\u0301👩‍👩‍👧字b");
    await scene.ann.page.keyboard.insertText("😁");
    await scene.bob.replace(0, 3, "😂");
    await subject.agreeOn(scene, "😂e\u0301👩‍👩‍👧字😁b");
    await scene.ann.press("Backspace", "Backspace");
    await subject.agreeOn(scene, "😂e\u0301👩‍👩‍👧b");
    await scene.ann.select(0);
    await scene.ann.press("Delete");
    await subject.agreeOn(scene, "e\u0301👩‍👩‍👧b");
    await scene.ann.page.keyboard.insertText("😀");
    await scene.ann.select(0, 2);
    await scene.ann.page.keyboard.insertText("😁");
    await subject.agreeOn(scene, "😁e\u0301👩‍👩‍👧b");
    expect(await scene.ann.told()).toEqual([]);
  });

  test("lets an input method compose while others type", async () => {
    const scene = await subject.scene("one");
    const { ann, bob } = scene;
    const input = await ann.page.context().newCDPSession(ann.page);
    const compose = (text: string) =>
      input.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    await compose("に");
    await bob.replace(0, 0, "zero ");
    await compose("にほ");
    await compose("にほん");
    await bob.replace(0, 4, "0");
    await input.send("Input.insertText", { text: "日本" });
    await subject.agreeOn(scene, "0 one日本");
    await ann.type("!");
    await subject.agreeOn(scene, "0 one日本!");
  });

  test("lets an input method be given up", async () => {
    const scene = await subject.scene("one");
    const input = await scene.ann.page.context().newCDPSession(scene.ann.page);
    const at = { selectionStart: 1, selectionEnd: 1 };
    await input.send("Input.imeSetComposition", { text: "に", ...at });
    await scene.bob.replace(0, 0, "zero ");
    await input.send("Input.imeSetComposition", { text: "", selectionStart: 0, selectionEnd: 0 });
    await subject.agreeOn(scene, "zero one");
  });

  test("shows no document of another type", async () => {
    const other = type === "text" ? "rich-text" : "text";
    const id = await subject.create("");
    await subject.on.server.delete(id);
    await subject.on.server.create(id, [{ insert: "kept\n" }], other);
    const ann = await subject.seat(id);
    await expect.poll(() => ann.page.evaluate(() => desk.told)).toEqual(["failed: not_shown"]);
    expect(await ann.page.evaluate(() => desk.bound.editable())).toBe(false);
    await ann.page.evaluate(() => desk.bound.focus());
    await ann.type("lost?");
    expect(await ann.edits()).toBe(0);
  });
}

/** What an editor of several lines has to do, too. */
export function lines(subject: Subject): void {
  test("types lines", async () => {
    const scene = await subject.scene("one");
    await scene.ann.press("Enter");
    await scene.ann.type("two");
    await scene.ann.press("Enter", "Enter", "Backspace");
    await subject.agreeOn(scene, "one\ntwo\n");
  });

  test("takes lines that end otherwise as lines", async () => {
    const scene = await subject.scene("()");
    await scene.ann.select(1);
    await scene.ann.paste("one\r\ntwo\rthree\n");
    await subject.agreeOn(scene, "(one\ntwo\nthree\n)");
    await scene.ann.type("x");
    await subject.agreeOn(scene, "(one\ntwo\nthree\nx)");
  });
}

/** What an editor that formats has to do, too. */
export function formatting(subject: Subject): void {
  test("formats", async () => {
    const scene = await subject.scene("one two");
    await scene.ann.select(0, 3);
    await scene.bob.replace(4, 4, "and ");
    await scene.ann.press("Control+b");
    await subject.agreed(scene);
    await expect
      .poll(() => subject.on.server.content(scene.id))
      .toEqual([{ insert: "one", attributes: { bold: true } }, { insert: " and two\n" }]);
  });
}
