import {
  type Attributes,
  type Delta,
  type Json,
  length,
  normalize,
  type Op,
} from "../../src/delta/index.ts";

/** A source of random numbers that is the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const characters = [
  "a",
  "b",
  "c",
  " ",
  "\n",
  "é",
  "e\u0301",
  "😀",
  "𝒕",
  "字",
  "👩‍👩‍👧",
  "\u0000",
  "\u2028",
];
const names = ["bold", "size", "link"];
const values: Json[] = [true, false, 0, 1, "x", "", { a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }];

export function text(random: Random, most = 5): string {
  return Array.from({ length: 1 + random.below(most) }, () => random.pick(characters)).join("");
}

function attributes(random: Random, nulls: boolean): Attributes {
  const entries = names
    .filter(() => random.chance(0.5))
    .map((name): [string, Json] => [
      name,
      nulls && random.chance(0.4) ? null : random.pick(values),
    ]);
  return Object.fromEntries(entries);
}

function withAttributes<T extends Op>(random: Random, op: T, nulls: boolean): T {
  const formats = random.chance(0.4) ? attributes(random, nulls) : {};
  return Object.keys(formats).length > 0 ? { ...op, attributes: formats } : op;
}

function insertion(random: Random, rich: boolean): Op {
  if (!rich) return { insert: text(random) };
  const embed = random.chance(0.15);
  const insert = embed
    ? { [random.pick(["image", "video"])]: random.pick(["x", "y"]) }
    : text(random);
  return withAttributes(random, { insert }, false);
}

/** A document in normal form. */
export function content(random: Random, rich = true): Delta {
  return normalize(Array.from({ length: random.below(6) }, () => insertion(random, rich)));
}

/** How far the next `n` characters of a document reach, in units, from a place that cuts none. */
function reach(units: readonly number[], from: number, n: number): number {
  return units.slice(from, from + n).reduce((sum, u) => sum + u, 0);
}

/** A delta in normal form that fits a document and cuts no surrogate pair. */
export function change(random: Random, on: Delta, rich = true): Delta {
  const units = on.flatMap((op) =>
    typeof op.insert === "string" ? Array.from(op.insert, (c) => c.length) : [1],
  );
  const ops: Op[] = [];
  for (let at = 0; at < units.length && ops.length < 12; ) {
    if (random.chance(0.35)) ops.push(insertion(random, rich));
    const n = 1 + random.below(4);
    const size = reach(units, at, n);
    if (random.chance(0.35)) ops.push({ delete: size });
    else if (rich) ops.push(withAttributes(random, { retain: size }, true));
    else ops.push({ retain: size });
    at += n;
  }
  if (length(on) === 0 || random.chance(0.2)) ops.push(insertion(random, rich));
  return normalize(ops);
}
