/** What is on the sheet: the text of a moment, and how another one differs. */
import type { Credit } from "coscribe/rest";
import { linesOf } from "./lines.ts";
import { compared, credited, lengthOf, type Piece, plain } from "./marks.ts";
import type { Paper } from "./paper.ts";
import type { Past } from "./past.ts";

/** The two moments that are compared, the earlier one first. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export class View {
  readonly #past: Past;
  readonly #paper: Paper;
  #pieces: readonly Piece[] = [];
  /** Whose content it is. */
  #rev = 0;

  constructor(past: Past, paper: Paper) {
    this.#past = past;
    this.#paper = paper;
  }

  /** The length of what is shown, in UTF-16 code units. */
  get length(): number {
    return this.#pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  }

  /** Takes the text of a revision, with nothing marked. */
  async plain(rev: number, signal: AbortSignal): Promise<void> {
    this.#take(plain(await this.#past.content(rev, signal)), rev);
  }

  /** Takes the later text, with what is new in it and what is gone. */
  async compare({ from, to }: Span, signal: AbortSignal): Promise<void> {
    const [before, { op }] = await Promise.all([
      this.#past.content(from, signal),
      this.#past.diff(from, to, signal),
    ]);
    this.#take(compared(before, op), to);
  }

  /** Finds out who wrote what, and returns it. */
  async credit(signal: AbortSignal): Promise<readonly Credit[]> {
    const rev = this.#rev;
    const { runs } = await this.#past.authorship(rev, signal);
    if (rev === this.#rev) this.#pieces = credited(this.#pieces, runs);
    return runs;
  }

  /** Takes what is marked as new for this author's. */
  creditNew(user: string): void {
    this.#pieces = this.#pieces.map((piece) =>
      piece.change === "inserted" ? { ...piece, by: user } : piece,
    );
  }

  /** Shows it, in the colours of the authors what is new, or everything. */
  paint(everything: boolean): void {
    const pieces = everything ? this.#pieces : this.#pieces.map(withoutAuthorUnlessNew);
    this.#paper.show(linesOf(pieces));
  }

  /** Who wrote what is at a place of the content. */
  async creditAt(place: number, signal: AbortSignal): Promise<Credit | undefined> {
    const { runs } = await this.#past.authorship(this.#rev, signal);
    let left = place;
    for (const credit of runs) {
      if (left < credit.length) return credit;
      left -= credit.length;
    }
    return undefined;
  }

  #take(pieces: readonly Piece[], rev: number): void {
    this.#pieces = pieces;
    this.#rev = rev;
  }
}

function withoutAuthorUnlessNew(piece: Piece): Piece {
  if (piece.by === undefined || piece.change === "inserted") return piece;
  const { by: _, ...rest } = piece;
  return rest;
}
