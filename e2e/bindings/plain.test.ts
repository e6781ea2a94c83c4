import { expect, test } from "vitest";
import { Random, text } from "../../client-js/test/support/random.ts";
import type { Seat } from "./seat.ts";
import { Subject, stage } from "./suite.ts";

const on = stage();
const subjects = ["codemirror", "monaco", "textarea"].map(
  (editor) => new Subject({ editor, type: "text" }, on),
);

/** A place between two characters. */
function place(random: Random, characters: readonly string[]): number {
  return characters.slice(0, random.below(characters.length + 1)).join("").length;
}

/** Somebody who does one thing at a random place. */
async function act(random: Random, seat: Seat): Promise<void> {
  const characters = [...(await seat.text())];
  const [a, b] = [place(random, characters), place(random, characters)];
  // In the meantime the others may have moved the characters: the editor is asked again.
  const replaced = random.chance(0.6) ? [a, a] : [Math.min(a, b), Math.min(a, b) + 2];
  const [from, to] = replaced as [number, number];
  switch (random.below(6)) {
    case 0:
      await seat.select(...(random.chance(0.5) ? ([a, b] as const) : ([b, a] as const)));
      return seat.press(random.pick(["Backspace", "Delete", "Enter"]));
    case 1:
      await seat.select(a);
      return seat.page.keyboard.insertText(random.pick(["a", "bc", "é", "😀"]));
    case 2:
      return seat.press(random.pick(["Control+z", "Control+Shift+z"]));
    default:
      return seat.replace(from, to, text(random));
  }
}

const patience = { timeout: 240_000 };

test.each([1, 2, 3, 4])("three editors show one text: seed %i", patience, async (seed) => {
  const random = new Random(seed);
  const [first] = subjects as [Subject];
  const id = await first.create("one two three\nfour five six\nseven");
  const seats = await Promise.all(subjects.map((subject) => subject.open(id)));
  for (let n = 0; n < 25; n++) await Promise.all(seats.map((seat) => act(random, seat)));
  await Promise.all(seats.map((seat) => seat.saved()));
  const there = await on.server.content(id);
  for (const seat of seats) {
    await expect.poll(() => seat.content()).toEqual(there);
    expect(await seat.page.evaluate(() => desk.doc.content)).toEqual(there);
    expect(await seat.told()).toEqual([]);
  }
});
