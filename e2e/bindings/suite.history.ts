import { test } from "vitest";
import type { Subject } from "./suite.ts";

/** Undo and redo: of one's own edits only, whatever others do meanwhile. */
export function history(subject: Subject): void {
  test("undoes and does again its own edits only", async () => {
    const scene = await subject.scene("one");
    const { ann, bob } = scene;
    await ann.write(" mine");
    await bob.replace(0, 0, "theirs ");
    await subject.agreeOn(scene, "theirs one mine");
    await ann.press("Control+z");
    await subject.agreeOn(scene, "theirs one");
    await bob.replace(0, 6, "Bob's");
    await ann.press("Control+Shift+z");
    await subject.agreeOn(scene, "Bob's one mine");
    await ann.press("Control+z", "Control+y", "Control+z", "Control+z", "Control+z");
    await subject.agreeOn(scene, "Bob's one");
  });

  test("undoes what it deleted, around what others wrote there", async () => {
    const scene = await subject.scene("one two three");
    const { ann, bob } = scene;
    await ann.select(3, 9);
    await ann.press("Delete");
    await subject.agreeOn(scene, "onehree");
    await bob.replace(3, 3, "[]");
    await subject.agreeOn(scene, "one[]hree");
    await ann.press("Control+z");
    const text = await subject.agreed(scene);
    if (!/^one(\[\] two t| two t\[\])hree\n?$/.test(text)) throw new Error(text);
  });

  test("puts the caret where an undo was", async () => {
    const scene = await subject.scene("one two three");
    const { ann, bob } = scene;
    await ann.select(3);
    await ann.type("!");
    await ann.select(14);
    await bob.replace(0, 0, "> ");
    await subject.agreeOn(scene, "> one! two three");
    await ann.press("Control+z");
    await subject.agreeOn(scene, "> one two three");
    await ann.type("?");
    await subject.agreeOn(scene, "> one? two three");
  });
}
