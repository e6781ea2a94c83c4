import { expect, test } from "vitest";
import { Random } from "../../client-js/test/support/random.ts";
import type { Op } from "../support/server.ts";
import type { Partner } from "./partner.ts";
import type { Seat } from "./seat.ts";
import { Subject, stage } from "./suite.ts";

const on = stage();
const [quill, tiptap] = ["quill", "tiptap"].map(
  (editor) => new Subject({ editor, type: "rich-text" }, on),
) as [Subject, Subject];

/** What a program makes of a line, one at a time: no editor shows several of them alike. */
const lines: readonly Record<string, string | number | true>[] = [
  {},
  { header: 2 },
  { blockquote: true },
  { list: "bullet" },
  { list: "ordered" },
  { list: "bullet", indent: 1 },
];
const nothing = { header: null, blockquote: null, list: null, indent: null };

/** Tiptap's keys for lists, quotes and headings: what it nests, Quill shows line by line. */
const structure = ["Control+Shift+8", "Control+Shift+7", "Control+Shift+b", "Control+Alt+2"];

/** Somebody who does one thing at a random place. */
async function act(random: Random, seat: Seat, keys: readonly string[]): Promise<void> {
  const length = (await seat.text()).length;
  const anchor = random.below(length);
  const head = random.chance(0.7) ? anchor : Math.min(anchor + random.below(6), length - 1);
  await seat.select(anchor, head);
  const kind = random.below(9);
  if (kind < 4) await seat.type(random.pick(["a", "bc ", "d", "ef"]));
  else if (kind < 7) await seat.press(random.pick(["Enter", "Shift+Enter", "Backspace", "Delete"]));
  else await seat.press(random.pick(["Control+b", "Control+i", "Control+z", ...keys]));
}

function format(random: Random, { doc }: Partner): void {
  const content = doc.content as Op[];
  const text = content.map(({ insert }) => (typeof insert === "string" ? insert : "x")).join("");
  const ends = [...text].flatMap((c, at) => (c === "\n" ? [at] : []));
  const attributes = { ...nothing, ...random.pick(lines) };
  const at = random.pick(ends);
  const op = { retain: 1, attributes };
  doc.submit(at > 0 ? [{ retain: at }, op] : [op]);
}

/** The text and the formats that stand in lines: those of lines Quill knows in part only. */
function inside(content: readonly Op[]): unknown[] {
  return content.flatMap(({ insert, attributes }): unknown[] => {
    if (typeof insert !== "string") return [{ insert, attributes }];
    const parts = insert.split(/(\n)/).filter((part) => part !== "");
    return parts.map((part) => (part === "\n" ? part : { part, attributes }));
  });
}

test.each((process.env.RICH_SEEDS ?? "1,2,3").split(",").map(Number))(
  "Quill and Tiptap show one document, whatever is done to it: %i",
  async (seed) => {
    const [random, first, second] = [seed, seed + 100, seed + 200].map((n) => new Random(n)) as [
      Random,
      Random,
      Random,
    ];
    const id = await tiptap.create("one two three\nfour five six\nseven");
    const [inQuill, inTiptap] = [await quill.open(id), await tiptap.open(id)];
    const seats = [inQuill, inTiptap];
    const partner = await tiptap.join(id);
    for (let n = 0; n < 25; n++) {
      if (random.chance(0.2)) format(random, partner);
      await Promise.all([act(first, inQuill, []), act(second, inTiptap, structure)]);
    }
    await partner.doc.flush();
    await Promise.all(seats.map((seat) => seat.saved()));
    const there = await on.server.content(id);
    await expect.poll(() => inTiptap.content()).toEqual(there);
    await expect.poll(async () => inside(await inQuill.content())).toEqual(inside(there));
    for (const seat of seats) {
      await expect.poll(() => seat.page.evaluate(() => desk.doc.content)).toEqual(there);
    }
    await expect.poll(() => partner.content).toEqual(there);
  },
);
