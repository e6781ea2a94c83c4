/**
 * Where a line stands in the tree. A delta has no tree but formats of lines;
 * most places follow from `list`, `indent` and `blockquote` as Quill has them.
 * The others are told by one more format of the line, `nest`, a word with a
 * letter for each quote (q), item of bullets (b), of numbers (o) or of tasks
 * (t) that the line is in, from the outside:
 *
 *     small letter   it goes on in the one that the line before is in
 *     letter and +   it begins the next item of that list
 *     capital        it begins a new quote, or a new list
 *     /              it begins new code, although the line before is such code
 *
 * So `b` is a second paragraph of an item, and `Q` a quote next to a quote. A
 * word that does not fit the line before it, or the line's other formats,
 * counts for nothing.
 */
import { equal } from "../delta/attributes.ts";
import type { Attributes, Json } from "../delta/index.ts";
import type { ListKind, Vocabulary } from "./vocabulary.ts";

export interface Place {
  /** The letters of all containers, from the outside. */
  readonly kinds: string;
  /** In how many of them the line before is, too. */
  readonly keep: number;
  /** Whether the list behind those goes on, with another item. */
  readonly next: boolean;
  /** Whether it is code that must not become one with the code before it. */
  readonly fresh: boolean;
}

/** What the place of a line depends on: the line before it. */
export interface Context {
  readonly kinds: string;
  /** The formats of the line before, less the word that tells its place, where it is shown as code. */
  readonly code: Attributes | undefined;
}

export const start: Context = { kinds: "", code: undefined };
export const plain: Place = { kinds: "", keep: 0, next: false, fresh: false };

export function sameContext(a: Context, b: Context): boolean {
  return a.kinds === b.kinds && equal(a.code ?? null, b.code ?? null);
}

/** Whether the line is the first of an item. */
export function beginsItem({ kinds, keep }: Place): boolean {
  return kinds.length > keep && !kinds.endsWith("q");
}

/** In how many lists a place is. */
export function listDepth(kinds: string): number {
  return kinds.replaceAll("q", "").length;
}

/** What kind of list a value of `list` asks for. */
export function kindOf({ lists }: Vocabulary, list: Json | undefined): ListKind | undefined {
  const bullets = lists.b && "b";
  if (list === "bullet") return bullets;
  if (list === "ordered") return lists.o && "o";
  if (list === "checked" || list === "unchecked") return lists.t ? "t" : bullets;
  return undefined;
}

function depthOf(indent: Json | undefined): number {
  return Number.isSafeInteger(indent) && (indent as number) > 0 ? (indent as number) : 0;
}

/** Where the usual formats put a line. Lists count for nothing where it is code. */
export function usualPlace(
  vocabulary: Vocabulary,
  before: Context,
  attributes: Attributes,
  code: boolean,
): Place {
  const quoted = attributes.blockquote === true && vocabulary.quote !== undefined;
  const base = quoted ? 1 : 0;
  const goesOn = !quoted || before.kinds.startsWith("q");
  const kind = code ? undefined : kindOf(vocabulary, attributes.list);
  if (!kind) return { ...plain, kinds: quoted ? "q" : "", keep: quoted && goesOn ? 1 : 0 };
  const around = goesOn ? (/^[bot]*/.exec(before.kinds.slice(base))?.[0] ?? "") : "";
  const outer = Math.min(depthOf(attributes.indent), around.length);
  return {
    kinds: `${quoted ? "q" : ""}${around.slice(0, outer)}${kind}`,
    keep: goesOn ? base + outer : 0,
    next: around[outer] === kind,
    fresh: false,
  };
}

/** Whether a line of code becomes one with the code before it, where nothing speaks against it. */
export function joinsCode(before: Context, place: Place, own: Attributes): boolean {
  const same = place.keep === place.kinds.length && place.kinds === before.kinds;
  return same && before.code !== undefined && equal(before.code, own);
}

export function samePlace(a: Place, b: Place): boolean {
  return a.kinds === b.kinds && a.keep === b.keep && a.next === b.next && a.fresh === b.fresh;
}

/** The word for a place. */
export function nestOf({ kinds, keep, next, fresh }: Place): string {
  const begun = next ? `${kinds.slice(keep)}+` : kinds.slice(keep).toUpperCase();
  return `${kinds.slice(0, keep)}${begun}${fresh ? "/" : ""}`;
}

/** The place that a word tells, if it fits: an item can begin with nothing but a line of text. */
export function placeOf(
  { lists, quote }: Vocabulary,
  before: Context,
  nest: Json | undefined,
): Place | undefined {
  if (typeof nest !== "string") return undefined;
  const match = /^([qbot]*?)(?:([bot])\+|(Q*[BOT]?))(\/?)$/.exec(nest);
  if (!match) return undefined;
  const [, kept = "", next = "", begun = "", fresh] = match;
  const kinds = kept + next + begun.toLowerCase();
  if (!before.kinds.startsWith(kept + next)) return undefined;
  const known = [...kinds].every((kind) => (kind === "q" ? quote : lists[kind as ListKind]));
  if (!known) return undefined;
  return { kinds, keep: kept.length, next: next !== "", fresh: fresh === "/" };
}
