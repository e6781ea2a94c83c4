import { compose, type Delta, growth, length } from "../delta/index.ts";
import { applyInPieces } from "../delta/pieces.ts";
import { CoscribeError } from "../errors.ts";
import { moveCursor } from "./presence.ts";
import { budget, split, within } from "./split.ts";
import type { Turn } from "./turn.ts";
import type { State } from "./types.ts";

/** An op with more components than this takes too long to compose at every key. */
const mostComponents = 1_000;

/** Takes a local edit. Throws before anything has changed. */
export function edit(turn: Turn, op: Delta): void {
  const { state } = turn;
  mayEdit(state);
  const content = applyInPieces(state.content, op);
  if (growth(op) > 0 && length(content) > state.limits.document) {
    throw new CoscribeError(
      "too_large",
      `the document would be longer than ${state.limits.document} units`,
    );
  }
  const cursor = moveCursor(state.own.cursor, op, true);
  const edits = state.buffer.length > 0 ? state.edits + 1 : 1;
  turn.set({ content, buffer: extend(state, op), edits, own: { ...state.own, cursor } });
}

function mayEdit({ blocked, place, access, doc }: State): void {
  if (blocked) throw new CoscribeError("blocked", `${doc} takes no edits: ${blocked}`);
  if (!place) throw new CoscribeError("not_ready", `the content of ${doc} has not arrived yet`);
  if (access === "read") throw new CoscribeError("forbidden", `${doc} may only be read`);
}

/** The buffer with one more edit, composed into the last op while that is small enough (S8). */
function extend({ buffer, limits }: State, op: Delta): readonly Delta[] {
  const most = budget(limits);
  const last = buffer.at(-1);
  const composed = last ? compose(last, op) : op;
  const rest = buffer.slice(0, -1);
  if (composed.length === 0) return rest;
  const handy = composed.length <= mostComponents || composed.length <= op.length;
  if (handy && within(composed, most)) return [...rest, composed];
  return [...buffer, ...split(op, most)];
}

/** Sends what may be sent: one op at a time (S1), and again what went unanswered. */
export function advance(turn: Turn): void {
  const { link, held, blocked, access, place } = turn.state;
  if (link !== "live" || held || blocked || access === "read" || !place) return;
  const inFlight = turn.state.inFlight ?? next(turn);
  if (!inFlight || inFlight.sent) return;
  turn.set({ inFlight: { ...inFlight, sent: true } });
  const { seq, op } = inFlight;
  turn.send({ t: "op", doc: turn.state.doc, rev: place.rev, seq, op });
}

function next(turn: Turn): State["inFlight"] {
  const { buffer, edits, limits, seq } = turn.state;
  const [first, ...rest] = buffer;
  if (!first) return null;
  // Transformed since it was put there, it may have grown.
  const [op = [], ...more] = split(first, budget(limits));
  const left = [...more, ...rest];
  const inFlight = { seq: seq + 1, op, edits: left.length > 0 ? 0 : edits, sent: false };
  turn.set({ inFlight, buffer: left });
  return inFlight;
}
