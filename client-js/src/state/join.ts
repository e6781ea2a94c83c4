import { compose, composeAll, type Delta, diff } from "../delta/index.ts";
import { composeInPieces } from "../delta/pieces.ts";
import { type Code, CoscribeError } from "../errors.ts";
import type { Opened, Resumed } from "../wire.ts";
import { meet, moveCursor } from "./presence.ts";
import { rebase, receive, updated } from "./receive.ts";
import { pending, type Turn } from "./turn.ts";
import type { InFlight } from "./types.ts";

/** How often in a row the server may refuse to go on before the person is asked. */
const mostRefusals = 3;

/** Asks to be let in: from where the base is, or afresh where there is none to go on from. */
export function join(turn: Turn): void {
  const { doc, type, place, lost, inFlight } = turn.state;
  turn.set({ link: "joining", held: false, inFlight: unsent(inFlight) });
  turn.send(place && !lost ? { t: "open", doc, ...place } : { t: "open", doc, type });
}

/** The same because an op was refused; a client that errs must not do it for ever. */
export function rejoin(turn: Turn, code: Code, message: string): void {
  const refusals = turn.state.refusals + 1;
  turn.set({ refusals });
  if (refusals > mostRefusals) block(turn, code, message);
  else join(turn);
}

/** The base is not the server's: asks for the content, and says so (S9). */
export function recover(turn: Turn): void {
  turn.set({ lost: true });
  turn.emit({ type: "recovered" });
  join(turn);
}

/** Stops, with what was not saved kept as a draft. */
export function block(turn: Turn, code: Code, message: string): void {
  const { doc, link } = turn.state;
  if (link === "live") turn.send({ t: "close", doc });
  turn.set({ blocked: code, link: link === "down" ? "down" : "idle", held: false, peers: {} });
  turn.refused(code, message);
}

/** Gives the draft up and begins again with what the server has. */
export function reopen(turn: Turn): void {
  const { content, link } = turn.state;
  turn.set({ place: null, base: content, seq: 0, inFlight: null, buffer: [] });
  turn.set({ lost: false, refusals: 0, attempts: 0, blocked: null });
  if (link !== "down") join(turn);
}

export function unsent(inFlight: InFlight | null): InFlight | null {
  return inFlight && { ...inFlight, sent: false };
}

/** Takes the answer to an open. Throws where it cannot be followed. */
export function opened(turn: Turn, message: Opened): void {
  const { type, epoch, rev, at, access, seq } = message;
  const { place } = turn.state;
  turn.set({ link: "live", held: false, attempts: 0 });
  if (place && place.epoch !== epoch && pending(turn.state).length > 0) {
    block(turn, "lost_base", "the document was deleted and created again");
    return;
  }
  if (place && seq > known(turn) && pending(turn.state).length > 0) {
    block(
      turn,
      "lost_base",
      "what is unsaved may have been committed: some of it was forgotten here",
    );
    return;
  }
  if (message.content) replace(turn, message.content, seq);
  else follow(turn, message);
  const { inFlight } = turn.state;
  turn.set({
    type,
    place: { epoch, rev, at },
    lost: false,
    access,
    seq,
    // A restored backup has forgotten ops: the next one carries the number that it expects.
    inFlight: unsent(inFlight && { ...inFlight, seq: seq + 1 }),
  });
  if (!inFlight) turn.set({ refusals: 0 });
  meet(turn, message.presence);
}

/** The last seq that this client can have sent: more only where what was kept lacks its end. */
function known({ state: { seq, inFlight } }: Turn): number {
  return inFlight ? inFlight.seq : seq;
}

/** Takes the changes of a resume. */
function follow(turn: Turn, { changes, rev, seq }: Resumed): void {
  const before = { state: turn.state, effects: turn.effects };
  const { base, inFlight, client } = turn.state;
  const seen = changes.some((c) => c.client === client && c.seq === inFlight?.seq);
  const hidden = inFlight && inFlight.seq <= seq && !seen;
  const outcome = hidden ? "lost" : receive(turn, changes);
  if (outcome === "lost") {
    // One's own op is somewhere in a run, or not as predicted (S9): start from the content.
    turn.back(before);
    turn.emit({ type: "recovered" });
    replace(turn, compose(base, composeAll(changes.map((c) => c.op))), seq);
  } else if (outcome === "gap" || turn.state.place?.rev !== rev) {
    throw new CoscribeError("internal", "the changes do not follow on what is here");
  }
}

/**
 * Takes a content in place of the base, which has nothing to do with it (S6):
 * what is not saved is rebased over the difference, by whole code points.
 */
function replace(turn: Turn, content: Delta, seq: number): void {
  const { inFlight } = turn.state;
  if (inFlight && inFlight.seq <= seq) fold(turn, inFlight);
  const { state } = turn;
  const difference = diff(state.base, content);
  const first = state.inFlight && rebase([state.inFlight.op], difference);
  const rest = rebase(state.buffer, first ? first.update : difference);
  turn.set({
    base: content,
    content: updated(state.content, rest.update),
    inFlight: state.inFlight && { ...state.inFlight, op: first?.ops[0] ?? [] },
    buffer: rest.ops,
    own: { ...state.own, cursor: moveCursor(state.own.cursor, rest.update, false) },
  });
  turn.update(rest.update);
}

/** The op in flight is committed, nobody knows where: the base to start from is what it made. */
export function fold(turn: Turn, inFlight: InFlight): void {
  const base = composeInPieces(turn.state.base, inFlight.op);
  turn.set({ base, inFlight: null, seq: inFlight.seq, refusals: 0 });
}
