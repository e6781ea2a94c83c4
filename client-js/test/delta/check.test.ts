import { describe, expect, it } from "vitest";
import { apply, compose, type Delta, parse, parseContent } from "../../src/delta/index.ts";
import { CoscribeError } from "../../src/errors.ts";

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const refused: [why: string, op: unknown][] = [
  ["no list", { ops: [] }],
  ["a bare value", ["x"]],
  ["no kind", [{}]],
  ["attributes alone", [{ attributes: { bold: true } }]],
  ["two kinds", [{ insert: "a", delete: 1 }]],
  ["an unknown key", [{ insert: "a", color: "red" }]],
  ["zero", [{ retain: 0 }]],
  ["a negative length", [{ delete: -1 }]],
  ["a fraction", [{ retain: 1.5 }]],
  ["a length that is no number", [{ delete: "1" }]],
  ["an infinite length", [{ retain: Number.POSITIVE_INFINITY }]],
  ["an empty insert", [{ insert: "" }]],
  ["a carriage return", [{ insert: "a\r\nb" }]],
  ["an insert of a number", [{ insert: 1 }]],
  ["an embed without a key", [{ insert: {} }]],
  ["an embed with two keys", [{ insert: { a: 1, b: 2 } }]],
  ["attributes on a delete", [{ delete: 1, attributes: {} }]],
  ["attributes that are a list", [{ insert: "a", attributes: [] }]],
  ["a null attribute on an insert", [{ insert: "a", attributes: { bold: null } }]],
  ["half a pair in a text", [{ insert: "\ud83d" }]],
  ["half a pair in a key", [{ insert: "a", attributes: { "\udc00": 1 } }]],
  ["half a pair in a value", [{ insert: { image: { alt: "\ud83d" } } }]],
  ["NaN", [{ insert: "a", attributes: { size: Number.NaN } }]],
  ["__proto__", [{ insert: "a", attributes: JSON.parse('{"m":{"__proto__":1}}') }]],
  ["what is no JSON", [{ insert: "a", attributes: { at: new Date(0) } }]],
  ["undefined in a value", [{ insert: "a", attributes: { m: [undefined] } }]],
  ["33 levels", [{ insert: "a", attributes: { m: nested(30) } }]],
];

describe("parse refuses (P6)", () => {
  it.each(refused)("%s", (_, op) => {
    expect(() => parse(op)).toThrow(CoscribeError);
    expect(() => parse(op)).toThrow(
      expect.objectContaining({ code: "invalid_op", retryable: false }),
    );
  });

  it("what plain text does not hold", () => {
    expect(() => parse([{ insert: { image: "x" } }], "text")).toThrow(CoscribeError);
    expect(() => parse([{ retain: 1, attributes: { bold: true } }], "text")).toThrow(CoscribeError);
    expect(parse([{ insert: "a", attributes: {} }], "text")).toEqual([{ insert: "a" }]);
  });

  it("a content that is not made of inserts", () => {
    expect(() => parseContent([{ insert: "a" }, { delete: 1 }])).toThrow(CoscribeError);
  });
});

describe("parse", () => {
  it("takes 32 levels and odd characters", () => {
    const op = [{ insert: "\u0000\u2028😀", attributes: { m: nested(29) } }] as Delta;
    expect(parse(op)).toEqual(op);
  });

  it("makes normal form", () => {
    const op = [{ delete: 1 }, { insert: "a" }, { insert: "b", attributes: {} }, { retain: 4 }];
    expect(parse(op)).toEqual([{ insert: "ab" }, { delete: 1 }]);
  });

  it("shares nothing with its input", () => {
    const formats = { m: { x: [1] } };
    const op = parse([{ insert: "a", attributes: formats }]);
    formats.m.x.push(2);
    expect(op).toEqual([{ insert: "a", attributes: { m: { x: [1] } } }]);
  });
});

describe("apply", () => {
  const doc: Delta = [{ insert: "a😀b" }];

  it("refuses what reaches past the end", () => {
    expect(() => apply(doc, [{ delete: 5 }])).toThrow(/needs 5 of the document's 4/);
    expect(() => apply([], [{ retain: 1, attributes: { bold: true } }])).toThrow(CoscribeError);
  });

  it.each<[string, Delta]>([
    ["delete", [{ retain: 1 }, { delete: 1 }]],
    ["insert", [{ retain: 2 }, { insert: "x" }]],
    ["format", [{ retain: 2, attributes: { bold: true } }]],
  ])("refuses to cut a surrogate pair by %s", (_, op) => {
    expect(() => apply(doc, op)).toThrow(/surrogate pair/);
    expect(() => compose(doc, op)).toThrow(CoscribeError);
  });
});
