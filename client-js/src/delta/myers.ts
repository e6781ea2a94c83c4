/** A place where two sequences differ: `[from, to)` of the one became `[from, to)` of the other. */
export interface Hunk {
  readonly a: readonly [from: number, to: number];
  readonly b: readonly [from: number, to: number];
}

type Symbols = Int32Array;

/**
 * The shortest way from `a` to `b`, or `null` where it takes more than `most`
 * insertions and deletions. (E. W. Myers, An O(ND) Difference Algorithm and
 * Its Variations, 1986: the greedy form, which keeps a trace of O(most²).)
 */
export function shortest(a: Symbols, b: Symbols, most: number): Hunk[] | null {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1])
    [endA, endB] = [endA - 1, endB - 1];
  if (endA === start || endB === start) {
    return endA === endB ? [] : [{ a: [start, endA], b: [start, endB] }];
  }
  const inner = search(a.subarray(start, endA), b.subarray(start, endB), most);
  return inner?.map((h) => shift(h, start, start)) ?? null;
}

export function shift(hunk: Hunk, byA: number, byB: number): Hunk {
  return {
    a: [hunk.a[0] + byA, hunk.a[1] + byA],
    b: [hunk.b[0] + byB, hunk.b[1] + byB],
  };
}

/** `reach[k + d]` is how far along `a` one gets on diagonal `k` with `d` steps. */
function search(a: Symbols, b: Symbols, most: number): Hunk[] | null {
  const goal = a.length - b.length;
  const trace: Int32Array[] = [];
  let before = new Int32Array(1);
  for (let d = 0; d <= Math.min(most, a.length + b.length); d++) {
    const reach = new Int32Array(2 * d + 1);
    trace.push(reach);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : step(before, d, k).x;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[k + d] = x;
      if (k === goal && x >= a.length) return backtrack(trace, goal);
    }
    before = reach;
  }
  return null;
}

/** Where the d-th step towards diagonal `k` leads: down from `k + 1`, or along `a` from `k - 1`. */
function step(before: Int32Array, d: number, k: number): { x: number; from: number } {
  const down = k === -d ? -1 : k === d ? -2 : 0;
  const [above, left] = [before[k + 1 + d - 1] ?? 0, before[k - 1 + d - 1] ?? 0];
  const goesDown = down === -1 || (down === 0 && left < above);
  return goesDown ? { x: above, from: k + 1 } : { x: left + 1, from: k - 1 };
}

function backtrack(trace: readonly Int32Array[], goal: number): Hunk[] {
  const hunks: Hunk[] = [];
  let k = goal;
  for (let d = trace.length - 1; d > 0; d--) {
    const before = trace[d - 1] as Int32Array;
    const { x, from } = step(before, d, k);
    const fromX = before[from + d - 1] as number;
    join(hunks, { a: [fromX, x], b: [fromX - from, x - k] });
    k = from;
  }
  return hunks.reverse();
}

/** Adds a hunk in front of the last one, as part of it where they touch. */
function join(hunks: Hunk[], hunk: Hunk): void {
  const after = hunks.at(-1);
  if (after?.a[0] === hunk.a[1] && after.b[0] === hunk.b[1]) {
    hunks[hunks.length - 1] = { a: [hunk.a[0], after.a[1]], b: [hunk.b[0], after.b[1]] };
  } else hunks.push(hunk);
}
