import { describe, expect, it } from "vitest";
import { apply, type Delta, invert, normalize } from "../../src/delta/index.ts";
import { composeInPieces, inPieces, whole } from "../../src/delta/pieces.ts";
import { size } from "../../src/delta/types.ts";
import { change, content, Random } from "../support/random.ts";

describe("a content in pieces", () => {
  it.each([1, 4, 9, 8192])("is the same content, whatever is done to it: %i units", (most) => {
    const random = new Random(most);
    for (let round = 0; round < 200; round++) {
      let pieces: Delta = content(random, round % 2 === 0);
      let plain = pieces;
      for (let n = 0; n < 15; n++) {
        const op = change(random, plain, round % 2 === 0);
        const before = pieces;
        pieces = composeInPieces(pieces, op, most);
        const next = apply(plain, op);
        expect(whole(pieces)).toEqual(next);
        expect(invert(op, before)).toEqual(invert(op, plain));
        plain = next;
      }
    }
  });

  it("is in normal form where it is short", () => {
    const random = new Random(7);
    for (let round = 0; round < 200; round++) {
      let pieces = content(random);
      for (let n = 0; n < 15; n++) {
        pieces = composeInPieces(pieces, change(random, pieces));
        expect(pieces).toEqual(normalize(pieces));
      }
    }
  });

  it("stays of few pieces, wherever it is edited", () => {
    const random = new Random(8);
    let pieces: Delta = [{ insert: "x".repeat(100_000) }];
    for (let n = 0; n < 3000; n++) {
      const at = 1 + random.below(99_000);
      pieces = composeInPieces(pieces, [{ retain: at }, { insert: "y" }, { delete: 1 }], 100);
      expect(pieces.length).toBeLessThan(4 * (100_000 / 100));
    }
    expect(pieces.reduce((n, op) => n + size(op), 0)).toBe(100_000);
  });

  it("does not copy a long text for a key", () => {
    const long = "字".repeat(1 << 20);
    let pieces: Delta = [{ insert: long }];
    for (let n = 0; n < 100; n++) {
      pieces = composeInPieces(pieces, [{ retain: 5000 + n }, { insert: "x" }]);
    }
    expect(pieces.map(size)).toEqual([5100, (1 << 20) - 5000]);
  });

  it("is joined once, and known again", () => {
    const pieces = composeInPieces([{ insert: "ab" }], [{ retain: 1 }, { insert: "x" }], 1);
    expect(whole(pieces)).toEqual([{ insert: "axb" }]);
    expect(whole(pieces)).toBe(whole(pieces));
    expect(inPieces(whole(pieces))).toBe(pieces);
  });
});
