import { expect, it } from "vitest";
import {
  compose,
  cross,
  type Delta,
  diff,
  invert,
  normalize,
  parse,
  transform,
  transformPosition,
} from "../../src/delta/index.ts";
import { change, content, Random } from "../support/random.ts";
import { reference } from "../support/reference.ts";

// FUZZ_CASES and FUZZ_SEED make a longer run of it: npm run fuzz.
const cases = Number(process.env.FUZZ_CASES ?? 5_000);
const first = Number(process.env.FUZZ_SEED ?? 1);

/** Far faster than a matcher where nearly all are the same. */
function same(got: unknown, want: unknown, seed: number): void {
  if (JSON.stringify(got) === JSON.stringify(want)) return;
  expect(got, `seed ${seed}`).toEqual(want);
}

function one(seed: number): void {
  const random = new Random(seed);
  const rich = random.chance(0.7);
  const doc = content(random, rich);
  const a = change(random, doc, rich);
  const b = change(random, doc, rich);
  const after = compose(doc, a);
  const next = change(random, after, rich);

  same(parse(a), a, seed);
  same(after, reference.compose(doc, a), seed);
  const both = compose(a, next);
  same(both, reference.compose(a, next), seed);
  same(compose(doc, both), compose(after, next), seed);
  for (const priority of [true, false]) {
    same(transform(a, b, priority), reference.transform(a, b, priority), seed);
    const at = random.below(20);
    same(transformPosition(a, at, priority), reference.position(a, at, priority), seed);
  }
  const sides = cross(a, b);
  same(compose(after, sides.b), compose(compose(doc, b), sides.a), seed);
  const back = invert(a, doc);
  same(back, normalize(reference.invert(a, doc)), seed);
  same(compose(after, back), doc, seed);
  const unlike: Delta = content(random, rich);
  for (const to of [after, unlike]) same(compose(doc, diff(doc, to)), to, seed);
}

it(`agrees with quill-delta on ${cases} cases from ${first}`, {
  timeout: 60_000 + 5 * cases,
}, () => {
  for (let seed = first; seed < first + cases; seed++) one(seed);
});
