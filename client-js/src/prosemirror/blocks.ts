/** The lines of the blocks at the top of a tree: worked out once for each node, which never changes. */
import type { Node } from "prosemirror-model";
import type { InsertOp } from "../delta/index.ts";
import { type Context, sameContext, start } from "./place.ts";
import { type Carried, carry } from "./schema.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";
import { insertsOf, type Line, Writer } from "./write.ts";

interface Facts {
  /** What the line behind the block has before it. */
  readonly after: Context;
  /** How long all lines are together, in units. */
  readonly length: number;
  /** Whether the formats of its lines depend on what is before it. */
  readonly leans: boolean;
  /** The lines, behind a certain block. */
  before: Context;
  lines: readonly Line[];
}

const known = new WeakMap<Node, Facts>();

function factsOf(node: Node): Facts {
  const found = known.get(node);
  if (found) return found;
  const { lines, before: after } = write(node, start);
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  const facts = { after, length, leans: leans(node), before: start, lines };
  known.set(node, facts);
  return facts;
}

function write(node: Node, before: Context): Writer {
  const writer = new Writer(vocabularyOf(node.type.schema), before);
  writer.blockAtTop(node);
  return writer;
}

function leans(node: Node): boolean {
  const { quote, code, lists }: Vocabulary = vocabularyOf(node.type.schema);
  const types = [quote, code, lists.b?.list, lists.o?.list, lists.t?.list];
  const carried = node.attrs[carry] as Carried | null | undefined;
  return types.includes(node.type) || carried?.line?.nest !== undefined;
}

/** How long a block is in the document, in units. */
export function lengthOf(node: Node): number {
  return factsOf(node).length;
}

/** The lines of the n-th block of a tree. */
export function linesAt(doc: Node, n: number): readonly Line[] {
  const node = doc.child(n);
  const facts = factsOf(node);
  const before = contextAt(doc, n);
  if (facts.leans && !sameContext(facts.before, before)) {
    facts.lines = write(node, before).lines;
    facts.before = before;
  }
  return facts.lines;
}

/** What is before the n-th block of a tree. */
export function contextAt(doc: Node, n: number): Context {
  return n > 0 ? factsOf(doc.child(n - 1)).after : start;
}

export function contextAfter(node: Node): Context {
  return factsOf(node).after;
}

/** Whether a block would have other lines behind another block. */
export function leansAt(doc: Node, n: number): boolean {
  return n < doc.childCount && factsOf(doc.child(n)).leans;
}

/** What inserts the blocks `[from, to)`. */
export function insertsAt(doc: Node, from: number, to: number): InsertOp[] {
  const out: InsertOp[] = [];
  for (let n = from; n < to; n++) out.push(...linesAt(doc, n).flatMap(insertsOf));
  return out;
}
