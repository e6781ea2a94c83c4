import { equal } from "../delta/attributes.ts";
import { composeAll, cross, type Delta } from "../delta/index.ts";
import { applyInPieces, composeInPieces } from "../delta/pieces.ts";
import type { Change } from "../wire.ts";
import { moveAll, moveCursor } from "./presence.ts";
import type { Turn } from "./turn.ts";
import type { InFlight, Place } from "./types.ts";

/**
 * How far a list of committed changes got: all of it (`done`), up to one that
 * does not follow on what is here (`gap`), or up to one after which the base
 * is not the server's any more (`lost`).
 */
export type Outcome = "done" | "gap" | "lost";

/**
 * Takes committed changes, and gives the editor all of them as one update.
 *
 *     base ─── inFlight ──▶ · ─── buffer ──▶ content
 *      │                    │                  │
 *    change              through            update
 *      ▼                    ▼                  ▼
 *      · ─── inFlight' ──▶  · ─── buffer' ──▶  ·
 *
 * The op in flight meets the changes one by one, as it does on the server
 * (P5). The buffer, which nobody has seen, meets all of them at once.
 */
export function receive(turn: Turn, changes: readonly Change[]): Outcome {
  const walk = new Walk(turn);
  let outcome: Outcome = "done";
  for (const change of changes) {
    outcome = walk.take(change);
    if (outcome !== "done") break;
  }
  walk.finish();
  return outcome;
}

class Walk {
  readonly #turn: Turn;
  readonly #committed: Delta[] = [];
  readonly #through: Delta[] = [];
  #place: Place;
  #seq: number;
  #inFlight: InFlight | null;

  constructor(turn: Turn) {
    this.#turn = turn;
    this.#place = turn.state.place as Place;
    this.#seq = turn.state.seq;
    this.#inFlight = turn.state.inFlight;
  }

  take(change: Change): Outcome {
    const { rev, from = rev - 1, op } = change;
    if (rev <= this.#place.rev) return "done";
    if (from !== this.#place.rev) return "gap";
    const own = this.#own(change);
    if (own && !equal(op, own.op)) return this.#giveUp(own); // S9
    this.#committed.push(op);
    this.#place = { ...this.#place, rev, at: change.at };
    moveAll(this.#turn, change);
    if (own) {
      this.#acknowledged(own.seq);
      return "done";
    }
    this.#pass(op);
    const reached = this.#inFlight?.committed ?? Number.POSITIVE_INFINITY;
    // It has gone by inside of a run: it is in the base, nobody knows where.
    return this.#inFlight && reached <= rev ? this.#giveUp(this.#inFlight) : "done";
  }

  #own({ client, seq }: Change): InFlight | null {
    if (client !== this.#turn.state.client) return null;
    return seq === this.#inFlight?.seq ? this.#inFlight : null;
  }

  #acknowledged(seq: number): void {
    this.#inFlight = null;
    this.#seq = seq;
    this.#turn.set({ refusals: 0, attempts: 0 });
  }

  #pass(op: Delta): void {
    if (!this.#inFlight) {
      this.#through.push(op);
      return;
    }
    const { a, b } = cross(op, this.#inFlight.op);
    this.#through.push(a);
    this.#inFlight = { ...this.#inFlight, op: b };
  }

  /** The op is committed, but not as it is here: what is shown becomes the base to start from. */
  #giveUp(inFlight: InFlight): Outcome {
    this.#committed.push(inFlight.op);
    this.#acknowledged(inFlight.seq);
    return "lost";
  }

  finish(): void {
    const { state } = this.#turn;
    const rebased = rebase(state.buffer, composeAll(this.#through));
    this.#turn.set({
      place: this.#place,
      base: applyInPieces(state.base, composeAll(this.#committed)),
      content: updated(state.content, rebased.update),
      seq: this.#seq,
      inFlight: this.#inFlight,
      buffer: rebased.ops,
      own: { ...state.own, cursor: moveCursor(state.own.cursor, rebased.update, false) },
    });
    this.#turn.update(rebased.update);
  }
}

/** The content after an update: the very same where nothing changes, which listeners rely on. */
export function updated(content: Delta, update: Delta): Delta {
  return update.length > 0 ? composeInPieces(content, update) : content;
}

/** Unsent ops that follow each other, after what went under them, and that after all of them. */
export function rebase(
  ops: readonly Delta[],
  under: Delta,
): { readonly ops: readonly Delta[]; readonly update: Delta } {
  let update = under;
  const rebased = ops.map((op) => {
    const { a, b } = cross(update, op);
    update = a;
    return b;
  });
  return { ops: rebased.filter((op) => op.length > 0), update };
}
