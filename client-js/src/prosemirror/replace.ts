/** The steps that make one tree of another, no larger than they have to be. */
import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { middle } from "../delta/middle.ts";

/** Puts nodes in place of others, which are next to each other; what is equal stays. */
export function replaceNodes(
  tr: Transaction,
  start: number,
  before: readonly Node[],
  after: readonly Node[],
): void {
  const shorter = Math.min(before.length, after.length);
  let ahead = 0;
  while (ahead < shorter && (before[ahead] as Node).eq(after[ahead] as Node)) ahead++;
  let behind = 0;
  while (
    behind < shorter - ahead &&
    (before.at(-1 - behind) as Node).eq(after.at(-1 - behind) as Node)
  ) {
    behind++;
  }
  const from = start + sizeOf(before.slice(0, ahead));
  const gone = before.slice(ahead, before.length - behind);
  const come = after.slice(ahead, after.length - behind);
  if (gone.length === come.length && gone.every((node, i) => alike(node, come[i] as Node))) {
    return replaceInside(tr, from, gone, come);
  }
  tr.replaceWith(from, from + sizeOf(gone), come);
}

function sizeOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { nodeSize }) => sum + nodeSize, 0);
}

function alike(a: Node, b: Node): boolean {
  return a.sameMarkup(b) && (a.isText || !a.isLeaf);
}

/** From the end to the beginning, so that places further ahead stay what they are. */
function replaceInside(
  tr: Transaction,
  start: number,
  gone: readonly Node[],
  come: readonly Node[],
): void {
  let at = start + sizeOf(gone);
  for (let i = gone.length - 1; i >= 0; i--) {
    const [a, b] = [gone[i] as Node, come[i] as Node];
    at -= a.nodeSize;
    if (a.isText) replaceText(tr, at, a.text as string, b);
    else replaceNodes(tr, at + 1, a.children, b.children);
  }
}

function replaceText(tr: Transaction, start: number, before: string, node: Node): void {
  const after = node.text as string;
  const { ahead, behind } = middle(before, after);
  const text = after.slice(ahead, after.length - behind);
  const come = text ? [node.type.schema.text(text, node.marks)] : [];
  tr.replaceWith(start + ahead, start + before.length - behind, come);
}
