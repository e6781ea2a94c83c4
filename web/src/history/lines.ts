/** Marked text, line by line, as the paper shows it. */
import { lengthOf, type Piece } from "./marks.ts";

/** A line of text. */
export interface Line {
  readonly pieces: readonly Piece[];
  /** Its newline, whose attributes are the line's; a plain text may end without one. */
  readonly end: Piece;
  /** How many units of the content it stands for: what is deleted does not count. */
  readonly units: number;
  /** Equal lines have equal keys. */
  readonly key: string;
}

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
  if (line.length > 0 || lines.length === 0) lines.push(made(line, { insert: "\n" }));
  return lines;
}

function made(pieces: readonly Piece[], end: Piece): Line {
  const units = [...pieces, end].reduce((sum, piece) => sum + unitsOf(piece), 0);
  return { pieces, end, units, key: JSON.stringify([pieces, end]) };
}

/** How many units of the content a piece stands for. */
export function unitsOf(piece: Piece): number {
  return piece.change === "deleted" ? 0 : lengthOf(piece);
}

/** Whether the end of a line came or went, and the line does not show it by its text. */
export function showsEnd({ pieces, end: { change } }: Line): boolean {
  if (change === undefined || change === "formatted") return false;
  return pieces.length === 0 || pieces.some((piece) => piece.change !== change);
}
