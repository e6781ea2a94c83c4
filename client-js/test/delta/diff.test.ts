import { describe, expect, it } from "vitest";
import { apply, type Delta, diff } from "../../src/delta/index.ts";
import { Random } from "../support/random.ts";

const doc = (insert: string): Delta => [{ insert }];

describe("diff", () => {
  it("finds the shortest way", () => {
    expect(diff(doc("the cat sat"), doc("the bat sat on"))).toEqual([
      { retain: 4 },
      { insert: "b" },
      { delete: 1 },
      { retain: 6 },
      { insert: " on" },
    ]);
    expect(diff(doc("same"), doc("same"))).toEqual([]);
  });

  it("goes by whole code points", () => {
    // 😀 and 😁 share their first unit.
    expect(diff(doc("a😀b"), doc("a😁b"))).toEqual([
      { retain: 1 },
      { insert: "😁" },
      { delete: 2 },
    ]);
  });

  it("sees formats and embeds", () => {
    const from: Delta = [
      { insert: "ab", attributes: { bold: true } },
      { insert: { image: { src: "x", alt: "y" } } },
    ];
    const to: Delta = [
      { insert: "a", attributes: { bold: true } },
      { insert: "b", attributes: { italic: true } },
      { insert: { image: { alt: "y", src: "x" } }, attributes: { width: 1 } },
    ];
    expect(diff(from, to)).toEqual([
      { retain: 1 },
      { retain: 1, attributes: { italic: true, bold: null } },
      { retain: 1, attributes: { width: 1 } },
    ]);
  });

  it.each([
    ["lines moved about in a long text", 4000, 12],
    ["two texts with nothing in common", 3000, 0],
  ])("survives %s", (_, lines, kept) => {
    const random = new Random(7);
    const line = (): string =>
      Array.from({ length: 20 }, () => random.below(36).toString(36)).join("");
    const base = Array.from({ length: lines }, line);
    const other = base.map((text, i) => (kept > 0 && i % kept > 0 ? text : line()));
    const [from, to] = [doc(`${base.join("\n")}\n`), doc(`${other.join("\n")}\n`)];
    const op = diff(from, to);
    expect(apply(from, op)).toEqual(to);
    const inserted = op.reduce(
      (n, { insert }) => n + ((insert as string | undefined) ?? "").length,
      0,
    );
    if (kept > 0) expect(inserted).toBeLessThan((2 * 21 * lines) / kept);
  });
});
