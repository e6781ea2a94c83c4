import { expect, test } from "vitest";
import type { Subject } from "./suite.ts";

/** Who is where. */
export function carets(subject: Subject): void {
  test.each([
    ["in front of", 2, "in", 4],
    ["behind", 6, "in", 4],
  ] as const)("keeps a caret that an edit is %s", async (_, at, text, caret) => {
    const scene = await subject.scene("one two");
    await scene.ann.select(caret);
    await scene.bob.replace(at, at, text);
    await expect.poll(() => scene.ann.text()).toContain(text);
    const moved = at < caret ? caret + text.length : caret;
    expect(await scene.ann.selection()).toEqual([moved, moved]);
    await scene.bob.sees("Ann", moved, moved);
  });

  test("leaves a caret in front of what others insert there", async () => {
    const scene = await subject.scene("one two");
    await scene.ann.select(4);
    await scene.bob.replace(4, 4, "and ");
    await subject.agreeOn(scene, "one and two");
    expect(await scene.ann.selection()).toEqual([4, 4]);
    await scene.ann.type("x");
    await subject.agreeOn(scene, "one xand two");
  });

  test("keeps a selection where its text is", async () => {
    const scene = await subject.scene("one two three");
    await scene.ann.select(4, 7);
    await scene.bob.replace(5, 5, "--");
    await scene.bob.replace(0, 0, "> ");
    await subject.agreeOn(scene, "> one t--wo three");
    expect(await scene.ann.selection()).toEqual([6, 11]);
    await scene.bob.sees("Ann", 6, 11);
    await scene.bob.replace(5, 13, "");
    await subject.agreeOn(scene, "> onehree");
    expect(await scene.ann.selection()).toEqual([5, 5]);
  });

  test("moves its caret with the text, without a message for each key", async () => {
    const scene = await subject.scene("one two");
    const { ann, bob } = scene;
    await ann.select(3);
    await bob.sees("Ann", 3, 3);
    // What a window has sent is told here later, at times, than it arrives there.
    const said = () => ann.sent.filter((message) => message.includes('"presence"'));
    await expect.poll(() => said().at(-1)).toContain('"cursor":[3,3]');
    const told = said().length;
    await ann.type(" and a half");
    await subject.agreeOn(scene, "one and a half two");
    await bob.sees("Ann", 14, 14);
    await ann.press("Backspace");
    await bob.sees("Ann", 13, 13);
    expect(said().length).toBe(told);
  });

  test("paints the carets of others where they are, and clears them at once", async () => {
    const scene = await subject.scene("one two");
    const { ann, bob } = scene;
    bob.doc.setCursor([4, 4]);
    await expect.poll(() => ann.painted()).toEqual([{ name: "Bob", at: 4 }]);
    await ann.select(0);
    await ann.type("zero ");
    await expect.poll(() => ann.painted()).toEqual([{ name: "Bob", at: 9 }]);
    await subject.agreeOn(scene, "zero one two"); // what Bob does is meant on top of it
    await bob.replace(0, 0, "> ");
    await expect.poll(() => ann.painted()).toEqual([{ name: "Bob", at: 11 }]);
    bob.doc.setCursor([7, 10]);
    await expect.poll(() => ann.painted()).toEqual([{ name: "Bob", at: 10 }]);
    bob.leave();
    await expect.poll(() => ann.painted()).toEqual([]);
  });
}
