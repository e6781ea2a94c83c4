import { diffFormats } from "./attributes.ts";
import { Builder } from "./builder.ts";
import { OpIterator } from "./iterator.ts";
import { type Hunk, shift, shortest } from "./myers.ts";
import { type Delta, type Json, type Op, remove, retain, size } from "./types.ts";

/** How many differing characters are worth the search for the shortest way (it costs their square). */
const mostCharacters = 1000;
const mostLines = 2000;
const mostInLines = 300;
const newline = 10;
const firstEmbed = 0x110000; // above all code points

/**
 * A delta that takes the document `from` to the document `to`, both in normal
 * form: the shortest one by whole code points where they are alike, one by
 * lines where they are not, and a replacement where they have little in
 * common.
 */
export function diff(from: Delta, to: Delta): Delta {
  const embeds = new Map<string, number>();
  const [a, b] = [symbols(from, embeds), symbols(to, embeds)];
  const script = new Script(from, to);
  let at = 0;
  for (const hunk of hunks(a, b)) {
    script.keep(units(a, at, hunk.a[0]));
    script.replace(units(a, ...hunk.a), units(b, ...hunk.b));
    at = hunk.a[1];
  }
  script.keep(units(a, at, a.length));
  return script.delta();
}

class Script {
  readonly #from: OpIterator;
  readonly #to: OpIterator;
  readonly #out = new Builder();

  constructor(from: Delta, to: Delta) {
    this.#from = new OpIterator(from);
    this.#to = new OpIterator(to);
  }

  /** The next `n` units are the same in both, but for their formats. */
  keep(n: number): void {
    for (let left = n; left > 0; ) {
      const piece = this.#from.take(Math.min(left, this.#from.left, this.#to.left));
      const other = this.#to.take(size(piece));
      this.#out.push(retain(size(piece), diffFormats(piece.attributes, other.attributes)));
      left -= size(piece);
    }
  }

  replace(gone: number, come: number): void {
    for (const piece of pieces(this.#to, come)) this.#out.push(piece);
    for (const piece of pieces(this.#from, gone)) this.#out.push(remove(size(piece)));
  }

  delta(): Delta {
    return this.#out.delta();
  }
}

function* pieces(it: OpIterator, n: number): Generator<Op> {
  for (let left = n; left > 0; ) {
    const piece = it.take(Math.min(left, it.left));
    left -= size(piece);
    yield piece;
  }
}

/** The characters of a document as numbers; equal embeds get the same one. */
function symbols(content: Delta, embeds: Map<string, number>): Int32Array {
  const out: number[] = [];
  for (const { insert } of content) {
    if (typeof insert === "string") for (const c of insert) out.push(c.codePointAt(0) as number);
    else out.push(intern(embeds, canonical(insert as Json), firstEmbed));
  }
  return Int32Array.from(out);
}

function intern(known: Map<string, number>, key: string, first: number): number {
  const id = known.get(key) ?? first + known.size;
  known.set(key, id);
  return id;
}

/** JSON with its keys in order. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([x], [y]) => (x < y ? -1 : 1)))
      : v,
  );
}

function units(all: Int32Array, from: number, to: number): number {
  let n = to - from;
  for (let i = from; i < to; i++) {
    const symbol = all[i] as number;
    if (symbol > 0xffff && symbol < firstEmbed) n++;
  }
  return n;
}

function hunks(a: Int32Array, b: Int32Array): Hunk[] {
  return shortest(a, b, mostCharacters) ?? byLines(a, b);
}

function byLines(a: Int32Array, b: Int32Array): Hunk[] {
  const known = new Map<string, number>();
  const [x, y] = [lines(a, known), lines(b, known)];
  const rough = shortest(x.ids, y.ids, mostLines) ?? [
    { a: [0, x.ids.length], b: [0, y.ids.length] } satisfies Hunk,
  ];
  return rough.flatMap(({ a: p, b: q }) => {
    const [fromA, toA] = [x.starts[p[0]] as number, x.starts[p[1]] as number];
    const [fromB, toB] = [y.starts[q[0]] as number, y.starts[q[1]] as number];
    const fine = shortest(a.subarray(fromA, toA), b.subarray(fromB, toB), mostInLines);
    if (!fine) return [{ a: [fromA, toA], b: [fromB, toB] } satisfies Hunk];
    return fine.map((h) => shift(h, fromA, fromB));
  });
}

/** Each line as one number, and where it starts; behind the last one, where all end. */
function lines(all: Int32Array, known: Map<string, number>): { ids: Int32Array; starts: number[] } {
  const ids: number[] = [];
  const starts = [0];
  let from = 0;
  while (from < all.length) {
    const at = all.indexOf(newline, from);
    const to = at < 0 ? all.length : at + 1;
    ids.push(intern(known, all.subarray(from, to).join(), 0));
    starts.push(to);
    from = to;
  }
  return { ids: Int32Array.from(ids), starts };
}
