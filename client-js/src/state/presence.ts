import { equal } from "../delta/attributes.ts";
import { type Delta, transformCursor } from "../delta/index.ts";
import type { Change, Cursor, Peer, Peers, Presence } from "../wire.ts";
import { pending, type Turn } from "./turn.ts";
import type { OwnPresence, State } from "./types.ts";

export const nobody: OwnPresence = { cursor: null, state: null };

/** A selection after a delta, `own` where its owner made it (S7). */
export function moveCursor(cursor: Cursor | null, delta: Delta, own: boolean): Cursor | null {
  return cursor && [transformCursor(delta, cursor[0], own), transformCursor(delta, cursor[1], own)];
}

function mapPeers(peers: Peers, map: (client: string, peer: Peer) => Peer): Peers {
  return Object.fromEntries(
    Object.entries(peers).map(([client, peer]) => [client, map(client, peer)]),
  );
}

/** All cursors as of the base, after a committed change. */
export function moveAll(turn: Turn, change: Change): void {
  const { client: self, peers, told } = turn.state;
  turn.set({
    peers: mapPeers(peers, (client, peer) => ({
      ...peer,
      cursor: moveCursor(peer.cursor, change.op, client === change.client),
    })),
    told: { ...told, cursor: moveCursor(told.cursor, change.op, self === change.client) },
  });
}

/** The others as they are to be shown over the content. */
export function visiblePeers(state: State): Peers {
  const ops = pending(state);
  if (ops.length === 0) return state.peers;
  return mapPeers(state.peers, (_, peer) => ({
    ...peer,
    cursor: ops.reduce<Cursor | null>((at, op) => moveCursor(at, op, false), peer.cursor),
  }));
}

/** Changes what is shown of this client. A null state takes the cursor along that is there. */
export function present(turn: Turn, shown: Partial<OwnPresence>): void {
  turn.set({ own: { ...(shown.state === null ? nobody : turn.state.own), ...shown } });
}

/** Takes who is there when the document is opened; one's own entry is what the server believes. */
export function meet(turn: Turn, all: Peers): void {
  const { [turn.state.client]: self, ...peers } = all;
  // Whoever never sent a state is there with an empty one.
  const state = self && Object.keys(self.state).length > 0 ? self.state : null;
  turn.set({ peers, told: self ? { cursor: self.cursor, state } : nobody });
}

/** Takes who moved, came or left. */
export function observe(turn: Turn, message: Presence): void {
  const peers = new Map(Object.entries(turn.state.peers));
  for (const [client, peer] of Object.entries(message.peers)) {
    if (peer) peers.set(client, peer);
    else peers.delete(client);
  }
  for (const [client, cursor] of Object.entries(message.cursors)) {
    const peer = peers.get(client);
    if (peer) peers.set(client, { ...peer, cursor });
  }
  peers.delete(turn.state.client);
  turn.set({ peers: Object.fromEntries(peers) });
}

/** Whether there is anything to tell that the server does not find out by itself (S7). */
export function due(state: State): boolean {
  const { link, blocked, own, told } = state;
  if (link !== "live" || blocked || pending(state).length > 0) return false;
  return !equal(own.cursor, told.cursor) || !equal(own.state, told.state);
}

/** Tells it. */
export function tell(turn: Turn): void {
  const { doc, place, own, told } = turn.state;
  if (!due(turn.state) || !place) return;
  const said = news(own, told);
  turn.send({ t: "presence", doc, rev: place.rev, ...said });
  // A cursor is ignored beside a null state: it comes with the next message.
  turn.set({ told: said.state === null ? nobody : own });
}

function news(own: OwnPresence, told: OwnPresence): Partial<OwnPresence> {
  if (!own.state && told.state) return { state: null };
  return {
    ...(equal(own.cursor, told.cursor) ? {} : { cursor: own.cursor }),
    ...(equal(own.state, told.state) ? {} : { state: own.state }),
  };
}
