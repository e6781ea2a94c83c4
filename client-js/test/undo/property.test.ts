import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Attributes,
  baseLength,
  type Delta,
  length,
  normalize,
  type Op,
} from "../../src/delta/index.ts";
import type { ContentChange, Document } from "../../src/document.ts";
import { UndoStack } from "../../src/undo/index.ts";
import { Office } from "../support/office.ts";
import { Random } from "../support/random.ts";

// Groups end by time: it stands still, so that a seed is the same every time.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const names = ["bold", "size"];

/** Edits in which every character is typed once, so that it can be followed. */
class Typist {
  #next: number;
  readonly #random: Random;

  constructor(random: Random, first: number) {
    this.#random = random;
    this.#next = first;
  }

  text(): string {
    const n = 1 + this.#random.below(3);
    return Array.from({ length: n }, () => String.fromCodePoint(this.#next++)).join("");
  }

  formats(): Attributes {
    const value = this.#random.pick([null, 1, 2, "x"]);
    return { [this.#random.pick(names)]: value };
  }

  /** An edit of one place or several: the newline at the end may be deleted, or `behind` it written. */
  edit(content: Delta, behind = true): Delta {
    const random = this.#random;
    const ops: Op[] = [];
    let left = length(content) - (random.chance(0.3) ? 0 : 1);
    do {
      const most = behind ? left : Math.min(left, length(content) - 1 - baseLength(ops));
      const keep = Math.min(most, random.below(random.chance(0.2) ? 50 : 5));
      if (keep > 0) ops.push({ retain: keep });
      left -= keep;
      const dice = random.below(10);
      const n = Math.min(left, 1 + random.below(3));
      if (dice < 6 || n === 0) ops.push({ insert: this.text() });
      else if (dice < 8) ops.push({ delete: n });
      else ops.push({ retain: n, attributes: this.formats() });
      left -= dice < 6 || n === 0 ? 0 : n;
    } while (random.chance(0.2) && left > 0);
    return normalize(ops);
  }
}

type Character = { readonly attributes: { readonly [name: string]: unknown } };

/** All that were typed: newlines, of which several may be there, are not. */
function characters(content: Delta): Map<string, Character> {
  return new Map(
    content.flatMap(({ insert, attributes = {} }) =>
      [...(insert as string).replaceAll("\n", "")].map((c): [string, Character] => [
        c,
        { attributes },
      ]),
    ),
  );
}

const text = ({ content }: Document): string => content.map(({ insert }) => insert).join("");

/** What would be there if one of two people had done nothing: what others did, as it was shown. */
class Others {
  readonly #kept: Map<string, Character>;

  constructor(document: Document, isMine: (change: ContentChange) => boolean) {
    this.#kept = characters(document.content);
    document.on("change", (change) => isMine(change) || this.#take(change));
  }

  get expected(): Map<string, Character> {
    return this.#kept;
  }

  #take({ delta, before }: ContentChange): void {
    const text = before.map(({ insert }) => insert).join("");
    let at = 0;
    for (const op of delta) {
      if (op.insert !== undefined) {
        for (const [c, made] of characters([op])) this.#kept.set(c, made);
        continue;
      }
      const n = op.retain ?? op.delete;
      for (const c of text.slice(at, at + n)) this.#touch(c, op);
      at += n;
    }
  }

  #touch(c: string, op: Op): void {
    if (op.delete !== undefined) this.#kept.delete(c);
    const was = this.#kept.get(c);
    if (!was || !op.attributes) return;
    const all = Object.entries({ ...was.attributes, ...op.attributes });
    this.#kept.set(c, { attributes: Object.fromEntries(all.filter(([, v]) => v !== null)) });
  }
}

/** Two people, of whom one undoes everything, over a server that is slow at random. */
function play(seed: number, alone: boolean): void {
  const random = new Random(seed);
  const office = new Office("rich-text");
  const ann = office.open("ann").document;
  const bob = office.open("bob").document;
  office.settle();
  ann.submit([{ insert: "0123456789" }]);
  office.settle();
  const others = new Others(ann, ({ origin }) => origin === "ann" || origin === stack);
  const stack = new UndoStack(ann, { origin: "ann" });
  const [mine, theirs, page] = [0xe000, 0xe800, 0xf000].map((from) => new Typist(random, from));
  const start = ann.content;
  for (let i = 0; i < 40; i++) {
    const dice = random.below(alone ? 10 : 20);
    if (dice < 7) ann.submit(mine?.edit(ann.content) ?? [], "ann");
    else if (dice < 8) stack.cut();
    else if (dice < 9) stack.undo();
    else if (dice < 10) stack.redo();
    else if (dice < 15) bob.submit(theirs?.edit(bob.content, false) ?? []);
    else if (dice < 16) ann.submit(page?.edit(ann.content, false) ?? [], "page");
    else office.settle();
  }
  office.settle();
  while (stack.redo());
  const top = ann.content;
  while (stack.undo());
  if (alone) expect(ann.content).toEqual(start);
  expect(characters(ann.content)).toEqual(others.expected);
  // Nobody types newlines: there are more than one where others wrote behind one, and none extra.
  expect(text(ann)).not.toContain("\n\n");
  while (stack.redo());
  expect(ann.content).toEqual(top);
  office.settle();
  expect(bob.content).toEqual(top);
}

describe("undoing everything", () => {
  const seeds = Number(process.env.UNDO_SEEDS ?? 300);
  it.each([
    ["gives the content of the beginning", true],
    ["leaves all that others did, and nothing else", false],
  ])(`%s (${seeds} seeds)`, (_, alone) => {
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        play(seed, alone);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });

  it("leaves no newline that others made needless meanwhile", () => play(885, false));
});
