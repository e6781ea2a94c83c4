import { createRequire } from "node:module";
import type { Delta } from "../../src/delta/index.ts";

/** What this file uses of quill-delta, whose own declarations fit CommonJS only. */
interface Reference {
  readonly ops: Delta;
  insert(what: unknown, attributes?: unknown): Reference;
  retain(n: number, attributes?: unknown): Reference;
  delete(n: number): Reference;
  chop(): Reference;
  compose(other: Reference): Reference;
  transform(other: Reference, priority: boolean): Reference;
  transformPosition(index: number, priority: boolean): number;
  invert(base: Reference): Reference;
}

const { default: Reference } = createRequire(import.meta.url)("quill-delta") as {
  default: new (ops?: Delta) => Reference;
};

const wrap = (delta: Delta): Reference => new Reference([...delta]);

/** Its invert compares attribute values by identity. */
const apart = (delta: Delta): Delta => JSON.parse(JSON.stringify(delta)) as Delta;

/** quill-delta 5 by the names of our engine. */
export const reference = {
  compose: (a: Delta, b: Delta): Delta => wrap(a).compose(wrap(b)).ops,
  transform: (a: Delta, b: Delta, priority: boolean): Delta =>
    wrap(a).transform(wrap(b), priority).ops,
  position: (delta: Delta, index: number, priority: boolean): number =>
    wrap(delta).transformPosition(index, priority),
  invert: (op: Delta, base: Delta): Delta => wrap(op).invert(wrap(apart(base))).ops,
  normalize: (delta: Delta): Delta =>
    delta
      .reduce((out, { insert, retain, delete: gone, attributes }) => {
        if (insert !== undefined) return out.insert(insert, attributes);
        return gone === undefined ? out.retain(retain as number, attributes) : out.delete(gone);
      }, new Reference())
      .chop().ops,
};
