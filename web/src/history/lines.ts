/** Marked text, line by line, as the paper shows it. */
import type { Attributes } from "coscribe/delta";
import { type Change, lengthOf, type Piece } from "./marks.ts";

/** A line with its newline, ready for the editor. */
export interface Line {
  readonly ops: readonly { insert: Piece["insert"]; attributes?: Attributes }[];
  /** What of it is text of the document, but for the newline. */
  readonly pieces: readonly Piece[];
  /** As it is shown, with its newline, in UTF-16 code units. */
  readonly length: number;
  /** Equal lines have equal keys. */
  readonly key: string;
  /** How many units of the content it stands for: what is deleted does not count. */
  readonly units: number;
}

/**
 * The mark of a piece, as an attribute that no document has: what became of
 * it, and by whom if that is to be shown, such as "inserted ann".
 */
export const markName = "coscribe-mark";

/** Shows the end of a line that came or went where the line alone does not. */
const pilcrow = "¶";

/** Cuts pieces into lines. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: Line[] = [];
  let line: Piece[] = [];
  for (const piece of pieces) {
    if (typeof piece.insert !== "string") {
      line.push(piece);
      continue;
    }
    const parts = piece.insert.split("\n");
    parts.forEach((insert, i) => {
      if (i > 0) {
        lines.push(made(line, { ...piece, insert: "\n" }));
        line = [];
      }
      if (insert !== "") line.push({ ...piece, insert });
    });
  }
  // A plain text needs no newline at its end; the editor does.
  if (line.length > 0 || lines.length === 0) lines.push(made(line, undefined));
  return lines;
}

function made(pieces: readonly Piece[], end: Piece | undefined): Line {
  const shown = [...pieces];
  const showsEnd = end?.change !== undefined && end.change !== "formatted";
  if (showsEnd && !tells(pieces, end.change)) shown.push({ ...end, insert: pilcrow });
  const ops = shown.map(marked);
  ops.push(end?.attributes ? { insert: "\n", attributes: end.attributes } : { insert: "\n" });
  const units = (end ? [...pieces, end] : pieces)
    .filter(({ change }) => change !== "deleted")
    .reduce((sum, piece) => sum + lengthOf(piece), 0);
  const length = shown.reduce((sum, piece) => sum + lengthOf(piece), 1);
  return { ops, pieces, length, units, key: JSON.stringify(ops) };
}

/** Whether a line that came or went as a whole shows it by its text. */
function tells(pieces: readonly Piece[], change: Change | undefined): boolean {
  return pieces.length > 0 && pieces.every((piece) => piece.change === change);
}

function marked({ insert, attributes, change, by }: Piece) {
  if (!change && by === undefined) return attributes ? { insert, attributes } : { insert };
  const mark = [change ?? "kept", ...(by === undefined ? [] : [by])].join(" ");
  return { insert, attributes: { ...attributes, [markName]: mark } };
}

/**
 * Where in the content a place of the shown text is, in UTF-16 code units;
 * `undefined` where it is in what was deleted.
 */
export function placeIn(lines: readonly Line[], shown: number): number | undefined {
  let [start, at] = [0, shown];
  for (const { length, units, pieces } of lines) {
    if (at < length) return placeInLine(pieces, at, start);
    at -= length;
    start += units;
  }
  return undefined;
}

function placeInLine(pieces: readonly Piece[], shown: number, start: number): number | undefined {
  let [place, at] = [start, shown];
  for (const piece of pieces) {
    const length = lengthOf(piece);
    const isGone = piece.change === "deleted";
    if (at < length) return isGone ? undefined : place + at;
    at -= length;
    if (!isGone) place += length;
  }
  return place;
}
