import { type Delta, transformCursor } from "../delta/index.ts";
import { size } from "../delta/types.ts";

/** An edit of more units than this was not typed but pasted, or deleted as a selection. */
const mostTyped = 20;

/** A place that an edit touched: where it began before the edit, and what went and came there. */
interface Place {
  readonly start: number;
  readonly gone: number;
  readonly put: string;
}

type Kind = "type" | "delete";

/**
 * Tells which edits belong together, as editors do it: what is typed, or what
 * is deleted, goes on as long as it goes on in the same place and without a
 * pause. A new line begins something new; what is pasted or formatted stands
 * alone. With several carets there are as many places. (After the histories
 * of CodeMirror and ProseMirror.)
 */
export class Run {
  readonly #pause: number;
  #kind: Kind | null = null;
  #ends: readonly number[] = [];
  #at = 0;

  /** `pause` is in milliseconds. */
  constructor(pause: number) {
    this.#pause = pause;
  }

  /** Whether an edit goes on with the one before. */
  take(op: Delta): boolean {
    const places = placesOf(op);
    const kind = kindOf(places);
    const now = Date.now();
    const goesOn =
      kind !== null && kind === this.#kind && now - this.#at < this.#pause && this.#meets(places);
    this.#kind = kind;
    this.#ends = endsOf(places);
    this.#at = now;
    return goesOn;
  }

  /** Someone else's change has moved the text. */
  move(delta: Delta): void {
    this.#ends = this.#ends.map((end) => transformCursor(delta, end, false));
  }

  cut(): void {
    this.#kind = null;
  }

  #meets(places: readonly Place[]): boolean {
    return (
      places.length === this.#ends.length &&
      places.every(({ start, gone, put }, i) => {
        const end = this.#ends[i] ?? -1;
        const typed = put.length <= mostTyped && gone <= mostTyped && !put.includes("\n");
        return typed && start <= end && end <= start + gone;
      })
    );
  }
}

/** The places of an edit of text; none where it formats or embeds. */
function placesOf(op: Delta): readonly Place[] {
  const places: Place[] = [];
  let at = 0;
  let open: Place | null = null;
  for (const part of op) {
    if (part.retain !== undefined) {
      if (part.attributes) return [];
      if (open) places.push(open);
      open = null;
    } else if (typeof part.insert === "object") return [];
    else {
      const { start, gone, put }: Place = open ?? { start: at, gone: 0, put: "" };
      open = { start, gone: gone + (part.delete ?? 0), put: put + (part.insert ?? "") };
    }
    if (part.insert === undefined) at += size(part);
  }
  return open ? [...places, open] : places;
}

function kindOf(places: readonly Place[]): Kind | null {
  if (places.length === 0) return null;
  if (places.every(({ put }) => put === "")) return "delete";
  return places.every(({ put }) => put.length <= mostTyped) ? "type" : null;
}

/** Where each place ends after the edit. */
function endsOf(places: readonly Place[]): readonly number[] {
  let moved = 0;
  return places.map(({ start, gone, put }) => {
    const end = start + moved + put.length;
    moved += put.length - gone;
    return end;
  });
}
