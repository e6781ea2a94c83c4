/** How the history marks text, held to the delta engine: no browser is needed for it. */
import { expect, test } from "vitest";
import { apply, type Delta, normalize } from "../client-js/src/delta/index.ts";
import * as random from "../client-js/test/support/random.ts";
import { linesOf } from "../web/src/history/lines.ts";
import { compared, credited, lengthOf, type Piece, plain } from "../web/src/history/marks.ts";

const seeds = Array.from({ length: 500 }, (_, seed) => seed);

/** The content that some of the pieces make. */
function content(pieces: readonly Piece[]): Delta {
  return normalize(
    pieces.map(({ insert, attributes }) => (attributes ? { insert, attributes } : { insert })),
  );
}

test("what is marked as deleted is all that the later content has not", () => {
  for (const seed of seeds) {
    const source = new random.Random(seed);
    const from = random.content(source);
    const op = random.change(source, from);
    const pieces = compared(from, op);
    const later = pieces.filter(({ change }) => change !== "deleted");
    expect(content(later), `seed ${seed}`).toEqual(apply(from, op));
    const before = pieces.filter(({ change }) => change !== "inserted");
    const text = (delta: readonly Piece[]) => delta.map(({ insert }) => JSON.stringify(insert));
    expect(text(content(before.map(bare)) as Piece[]), `seed ${seed}`).toEqual(
      text(content(plain(from).map(bare)) as Piece[]),
    );
  }
});

/** The text without its looks. */
function bare({ insert }: Piece): Piece {
  return { insert };
}

test("credits cover what they are of, each unit with its author", () => {
  for (const seed of seeds) {
    const source = new random.Random(seed);
    const from = random.content(source);
    const pieces = compared(from, random.change(source, from));
    const later = pieces.filter(({ change }) => change !== "deleted");
    const authors = Array.from({ length: total(later) }, () => source.pick(["ann", "bob"]));
    const credits = authors.map((user, rev) => ({ length: 1, user, rev, at: "" }));
    const found = credited(pieces, credits);
    expect(content(found), `seed ${seed}`).toEqual(content(pieces));
    const told = found
      .filter(({ change }) => change !== "deleted")
      .flatMap((piece) => Array.from({ length: lengthOf(piece) }, () => piece.by));
    expect(told, `seed ${seed}`).toEqual(authors);
  }
});

test("lines stand for every unit of the content", () => {
  for (const seed of seeds) {
    const source = new random.Random(seed);
    const from = [...random.content(source), { insert: "\n" }];
    const pieces = compared(from, random.change(source, from));
    const lines = linesOf(pieces);
    const later = pieces.filter(({ change }) => change !== "deleted");
    const isWhole = String(pieces.at(-1)?.insert).endsWith("\n");
    const sum = lines.reduce((units, line) => units + line.units, 0);
    expect(sum, `seed ${seed}`).toBe(total(later) + (isWhole ? 0 : 1));
  }
});

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
}
