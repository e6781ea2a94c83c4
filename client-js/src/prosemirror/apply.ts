/** Changes of a document, as changes of the tree that shows it. */
import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { compose, type Delta, normalize, type Op } from "../delta/index.ts";
import { OpIterator } from "../delta/iterator.ts";
import { size } from "../delta/types.ts";
import { contextAfter, contextAt, insertsAt, leansAt } from "./blocks.ts";
import { split } from "./leaf.ts";
import { type Context, sameContext } from "./place.ts";
import { read } from "./read.ts";
import { replaceNodes } from "./replace.ts";
import { changed, type Shown } from "./shown.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** Blocks at the top, and the part of the document that they are to show. */
interface Region {
  from: number;
  to: number;
  content: Delta;
}

/**
 * Adds to a transaction what shows a delta: only the blocks that it changes are
 * made anew. A document without a newline at its end is shown with one. Whether
 * it has one is given, and returned for the document after the delta.
 */
export function applyDelta(tr: Transaction, shown: Shown, delta: Delta, ended: boolean): boolean {
  const { doc } = shown;
  const touching = ended ? regionsOf(shown, delta) : [];
  const regions = touching.map((region) => resolve(doc, region));
  const apart = regions.every(({ from }, i) => i === 0 || (regions[i - 1] as Resolved).to <= from);
  if (ended && apart) {
    replaceAll(tr, regions);
    const last = touching.at(-1);
    return !last || last.to < doc.childCount || endsLine(last.content, last.from === 0);
  }
  const content = contentAt(doc, 0, doc.childCount);
  const before = ended ? content : compose(content, [{ retain: shown.length - 1 }, { delete: 1 }]);
  const after = compose(before, delta);
  replaceAll(tr, [resolve(doc, { from: 0, to: doc.childCount, content: after })]);
  return endsLine(after, true);
}

function endsLine(content: Delta, isAll: boolean): boolean {
  const { insert } = content.at(-1) ?? {};
  return insert === undefined ? !isAll : typeof insert === "string" && insert.endsWith("\n");
}

/**
 * Adds to a transaction what makes the blocks that differ from an earlier tree
 * the ones that their part of the document is shown as.
 */
export function tidy(tr: Transaction, before: Node): void {
  const { doc } = tr;
  const { from, until } = changed(before, doc);
  if (until > from) {
    replaceAll(tr, [resolve(doc, { from, to: until, content: contentAt(doc, from, until) })]);
  }
}

function contentAt(doc: Node, from: number, to: number): Delta {
  return normalize(insertsAt(doc, from, to));
}

interface Resolved {
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly Node[];
}

/** The blocks that show a region. It grows where it becomes one with what is next to it. */
function resolve(doc: Node, region: Region): Resolved {
  const vocabulary = vocabularyOf(doc.type.schema);
  let { from, to, content } = region;
  for (;;) {
    const isAll = from === 0 && to === doc.childCount;
    const before = contextAt(doc, from);
    const lines = content.length > 0 || isAll ? split(content) : [];
    const { nodes, joins } = read(vocabulary, lines, before);
    if (joins) {
      from--;
      content = normalize([...insertsAt(doc, from, from + 1), ...content]);
    } else if (leansAt(doc, to) && !sameContext(contextAt(doc, to), last(nodes, before))) {
      content = normalize([...content, ...insertsAt(doc, to, to + 1)]);
      to++;
    } else return { from, to, nodes };
  }
}

function last(nodes: readonly Node[], before: Context): Context {
  const node = nodes.at(-1);
  return node ? contextAfter(node) : before;
}

/** From the end to the beginning, so that places further ahead stay what they are. */
function replaceAll(tr: Transaction, regions: readonly Resolved[]): void {
  const { doc } = tr;
  for (const { from, to, nodes } of [...regions].reverse()) {
    let start = 0;
    for (let n = 0; n < from; n++) start += doc.child(n).nodeSize;
    replaceNodes(tr, start, doc.children.slice(from, to), nodes);
  }
}

/** The blocks that a delta touches, each run with what becomes of its content. */
function regionsOf(shown: Shown, delta: Delta): Region[] {
  const { doc } = shown;
  const ops = new OpIterator(delta);
  let at = 0;
  return touched(shown, delta).map(({ from, to }) => {
    const [start, end] = [shown.startOf(from), shown.startOf(to)];
    if (start > at) ops.take(start - at); // nothing but a plain retain
    at = start;
    const own: Op[] = [];
    while (ops.op && (at < end || ops.op.insert !== undefined)) {
      const op = ops.op.insert === undefined ? ops.take(Math.min(end - at, ops.left)) : ops.take();
      own.push(op);
      if (op.insert === undefined) at += size(op);
    }
    return { from, to, content: compose(contentAt(doc, from, to), normalize(own)) };
  });
}

/** Runs of blocks `[from, to)`: what is deleted makes one line of two. */
function touched(shown: Shown, delta: Delta): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  const touch = (first: number, end: number): void => {
    const [from, to] = [shown.blockOf(first), shown.blockOf(end) + 1];
    const before = out.at(-1);
    if (before && before.to >= from) before.to = Math.max(before.to, to);
    else out.push({ from, to });
  };
  let at = 0;
  for (const op of delta) {
    const end = at + (op.insert === undefined ? size(op) : 0);
    if (op.insert !== undefined) touch(at, at);
    else if (op.delete !== undefined) touch(at, end);
    else if (op.attributes) touch(at, end - 1);
    at = end;
  }
  return out;
}
