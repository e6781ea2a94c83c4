import type { Code } from "../errors.ts";
import type { Changes, DocumentMessage, Refusal } from "../wire.ts";
import { advance, edit } from "./edit.ts";
import { block, fold, join, opened, recover, rejoin, reopen, unsent } from "./join.ts";
import { observe, present, tell } from "./presence.ts";
import { receive } from "./receive.ts";
import { Turn } from "./turn.ts";
import type { Effect, Event, State } from "./types.ts";

/**
 * The state after an event, and what has to be done because of it. Pure: the
 * same state and event give the same answer. Throws only for a local edit
 * that is not possible.
 */
export function step(
  state: State,
  event: Event,
): { readonly state: State; readonly effects: readonly Effect[] } {
  const turn = new Turn(state);
  take(turn, event);
  advance(turn);
  return { state: turn.state, effects: turn.effects };
}

function take(turn: Turn, event: Event): void {
  switch (event.type) {
    case "edit":
      return edit(turn, event.op);
    case "connected":
      return connected(turn, event.client);
    case "disconnected":
      return disconnected(turn);
    case "limits":
      return turn.set({ limits: event.limits });
    case "message":
      return turn.state.blocked ? undefined : message(turn, event.message);
    case "retry":
      return retry(turn);
    case "present": {
      const { type: _, ...shown } = event;
      return present(turn, shown);
    }
    case "tell":
      return tell(turn);
    case "block":
      return block(turn, event.code, "the document cannot go on");
    case "reopen":
      return reopen(turn);
  }
}

function connected(turn: Turn, client: string): void {
  // Under a new id nothing was committed yet; the op in flight, if any, was refused.
  if (client !== turn.state.client) turn.set({ client, seq: 0 });
  if (turn.state.blocked) turn.set({ link: "idle" });
  else join(turn);
}

function disconnected(turn: Turn): void {
  const { inFlight } = turn.state;
  turn.set({ link: "down", held: false, inFlight: unsent(inFlight), peers: {} });
}

function retry(turn: Turn): void {
  if (!turn.state.held) return;
  turn.set({ held: false });
  if (turn.state.link === "joining") join(turn);
}

function message(turn: Turn, received: DocumentMessage): void {
  const { link } = turn.state;
  if (received.t === "opened") {
    if (link === "joining" || link === "live") guarded(turn, () => opened(turn, received));
    return;
  }
  // Until an open is answered everything else is of an older stream (C3).
  if (link === "joining" && received.t === "error") openRefused(turn, received);
  if (link !== "live") return;
  switch (received.t) {
    case "changes":
      return guarded(turn, () => changes(turn, received));
    case "ack":
      return acknowledged(turn, received.rev, received.seq);
    case "presence":
      return observe(turn, received);
    case "access":
      return turn.set({ access: received.access });
    case "closed":
      turn.set({ link: "idle" });
      return block(turn, received.code, "the document was closed by the server");
    case "error":
      return opRefused(turn, received);
  }
}

/** What cannot be applied is answered by asking for the content, never by giving up. */
function guarded(turn: Turn, action: () => void): void {
  const before = { state: turn.state, effects: turn.effects };
  try {
    action();
  } catch {
    turn.back(before);
    recover(turn);
  }
}

function changes(turn: Turn, { changes: list }: Changes): void {
  const outcome = receive(turn, list);
  if (outcome === "lost") recover(turn);
  if (outcome === "gap") join(turn);
}

/** An op that was sent again had been committed before (P3). */
function acknowledged(turn: Turn, rev: number, seq: number): void {
  const { inFlight, place } = turn.state;
  if (!inFlight || !place || seq !== inFlight.seq) return;
  if (rev > place.rev) return turn.set({ inFlight: { ...inFlight, committed: rev } });
  // It has gone by without being seen, inside of a run.
  fold(turn, inFlight);
  recover(turn);
}

function openRefused(turn: Turn, { code, message: text }: Refusal): void {
  switch (code) {
    case "not_found":
    case "forbidden":
    case "bad_document_id":
      return block(turn, code, text);
    case "client_taken":
      return rename(turn, text);
    case "unavailable":
    case "rate_limited":
    case "closing":
    case "internal":
      return hold(turn, code, text);
  }
}

function opRefused(turn: Turn, { code, message: text, seq }: Refusal): void {
  const { inFlight } = turn.state;
  if (!inFlight?.sent || seq !== inFlight.seq) return turn.refused(code, text);
  switch (code) {
    case "invalid_op":
    case "too_large":
    case "bad_message":
    case "bad_document_id":
      return block(turn, code, text);
    case "forbidden":
      turn.set({ access: "read", inFlight: unsent(inFlight) });
      return turn.refused(code, text);
    case "client_taken":
      return rename(turn, text);
    case "stale":
    case "bad_revision":
    case "seq_gap":
    case "not_found":
      return rejoin(turn, code, text);
    default:
      return hold(turn, code, text);
  }
}

/** What was sent has an unknown fate: the same again after a while (S2). */
function hold(turn: Turn, code: Code, text: string): void {
  const { attempts, inFlight } = turn.state;
  turn.set({ held: true, attempts: attempts + 1, inFlight: unsent(inFlight) });
  turn.refused(code, text);
  turn.emit({ type: "retry", attempt: attempts });
}

function rename(turn: Turn, text: string): void {
  if (turn.state.seq > 0) return block(turn, "client_taken", text);
  turn.set({ link: "idle" });
  turn.emit({ type: "rename" });
}
