import { Builder, type Delta } from "../delta/index.ts";
import { insert, remove, retain } from "../delta/types.ts";

/** A text in place of `[from, to)` of a plain text, as editors of code have it. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** A delta of plain text as splices, each by the places before all of them, in order. */
export function splices(delta: Delta): Splice[] {
  const all: Splice[] = [];
  let at = 0;
  for (const op of delta) {
    const last = all.at(-1);
    if (op.retain !== undefined) at += op.retain;
    else if (typeof op.insert === "string") all.push({ from: at, to: at, insert: op.insert });
    else {
      // An insert stands before a delete at the same place, and they are one splice.
      const splice = last?.to === at ? (all.pop() as Splice) : { from: at, insert: "" };
      at += op.delete ?? 0;
      all.push({ ...splice, to: at });
    }
  }
  return all;
}

/** The other way round. */
export function joined(all: readonly Splice[]): Delta {
  const out = new Builder();
  let at = 0;
  for (const splice of all) {
    out.push(retain(splice.from - at));
    out.push(insert(splice.insert));
    out.push(remove(splice.to - splice.from));
    at = splice.to;
  }
  return out.delta();
}
