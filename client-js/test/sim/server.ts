import type { Delta, DocumentType } from "../../src/delta/index.ts";
import type { WireCode } from "../../src/errors.ts";
import type {
  Access,
  Change,
  ClientMessage,
  Open,
  Present,
  ServerMessage,
  Submit,
} from "../../src/wire.ts";
import type { Random } from "../support/random.ts";
import { reference } from "../support/reference.ts";
import { Room, together } from "./room.ts";

export const doc = "d";

/** One connection as the server sees it. */
export class Session {
  client = "";
  open = false;
  /** Whether the server still knows it. */
  alive = true;
  access: Access = "write";
  /** What is on its way to the client. */
  readonly down: ServerMessage[] = [];
  /** What is on its way from the client: still arrives after the client has given up. */
  readonly up: ClientMessage[] = [];
}

/**
 * A small model of the server: one document, sessions, and the freedom that
 * the protocol leaves it, decided by seed. No line of it is the client's.
 */
export class Server {
  readonly room: Room;
  readonly sessions: Session[] = [];
  readonly #random: Random;
  #waiting: { session: Session; op: Submit }[] = [];

  /** How often it cannot take an op just now. */
  trouble = 0.06;
  /** Whether it does now and then what nobody could predict (S9). */
  surprising = false;
  readonly #surprise = (op: Delta): Delta =>
    this.surprising && this.#random.chance(0.2) ? reference.compose(op, [{ insert: "!" }]) : op;

  constructor(random: Random, type: DocumentType) {
    let ticks = 0;
    this.#random = random;
    const clock = (): string => new Date(++ticks).toISOString();
    this.room = new Room(type, 12, clock);
  }

  connect(): Session {
    const session = new Session();
    this.sessions.push(session);
    return session;
  }

  /** Takes the next message of a session. */
  deliver(session: Session): void {
    const message = session.up.shift();
    if (!message || !session.alive) return;
    switch (message.t) {
      case "hello":
        this.#hello(session, message.client);
        return;
      case "open":
        this.#open(session, message);
        return;
      case "op":
        this.#op(session, message);
        return;
      case "presence":
        this.#presence(session, message);
        return;
      case "close":
        this.#leave(session);
        return;
    }
  }

  #hello(session: Session, client: string): void {
    for (const older of this.sessions) if (older.client === client) this.drop(older);
    session.client = client;
    const limits = { message: 1600, document: 100_000, window: this.room.window };
    session.down.push({ t: "hello", session: "s", user: { id: client }, limits });
  }

  /** What was under way may still be committed, or not: until the client opens again. */
  drop(session: Session): void {
    session.alive = false;
    this.#leave(session);
  }

  #leave(session: Session): void {
    if (!session.open) return;
    session.open = false;
    this.#forget(session);
  }

  #forget(session: Session): void {
    this.room.cursors.delete(session.client);
    const left = { cursors: {}, peers: { [session.client]: null } };
    this.#broadcast({ t: "presence", doc, rev: this.room.rev, ...left });
  }

  #open(session: Session, message: Open): void {
    this.#settle(session.client);
    const { room } = this;
    const { epoch, rev, content, type } = room;
    const { seq } = room.last(session.client);
    session.open = true;
    const at = room.at(rev);
    const presence = room.peers();
    const joined = {
      t: "opened",
      doc,
      type,
      epoch,
      rev,
      at,
      access: session.access,
      seq,
      presence,
    } as const;
    const place = message.rev === undefined ? null : { ...message, rev: message.rev };
    if (!place || !room.knows(place)) session.down.push({ ...joined, content });
    else
      session.down.push({
        ...joined,
        from: place.rev,
        changes: this.#since(place.rev, session.client),
      });
  }

  /** The barrier (C3): what this client has under way is committed now, or never. */
  #settle(client: string): void {
    if (this.#random.chance(0.5)) this.commit();
    this.#waiting = this.#waiting.filter(({ op: _, session }) => session.client !== client);
  }

  /** The changes of a resume, a run of them squashed, if behind all of the client's own (S5). */
  #since(rev: number, client: string): Change[] {
    const list = this.room.since(rev);
    const own = list.findLastIndex((change) => change.client === client);
    const from = own + 1 + this.#random.below(3);
    const run = list.slice(from, from + 2 + this.#random.below(4));
    if (run.length < 2 || run.some((c) => c.from !== undefined) || this.#random.chance(0.5)) {
      return list;
    }
    return [...list.slice(0, from), together(run), ...list.slice(from + run.length)];
  }

  #op(session: Session, op: Submit): void {
    if (!session.open) return this.#refuse(session, "not_found", op.seq);
    if (session.access === "read") return this.#refuse(session, "forbidden", op.seq);
    const trouble = this.#random.next() / this.trouble;
    if (trouble < 1) this.#refuse(session, "rate_limited", op.seq);
    if (trouble < 0.5) return;
    // Above, the fate is unknown to the client: it may be committed all the same (S2).
    this.#waiting.push({ session, op });
  }

  #presence(session: Session, { rev, cursor, state }: Present): void {
    if (!session.open || this.room.rev - rev > this.room.window) return;
    if (state === null) {
      this.#forget(session);
      return;
    }
    const before = this.room.cursors.get(session.client) ?? { cursor: null, state: null };
    const moved = (at: number): number =>
      this.room.changes
        .slice(rev)
        .reduce((place, c) => reference.position(c.op, place, c.client !== session.client), at);
    this.room.cursors.set(session.client, {
      cursor: cursor === undefined ? before.cursor : cursor && [moved(cursor[0]), moved(cursor[1])],
      state: state === undefined ? before.state : state,
    });
    const peers = this.room.peers();
    const seen = peers[session.client] ?? null;
    this.#broadcast({
      t: "presence",
      doc,
      rev: this.room.rev,
      cursors: { [session.client]: seen?.cursor ?? null },
      peers: { [session.client]: seen },
    });
  }

  /** Commits what is waiting as one batch, which everyone gets as one frame. */
  commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const done: Change[] = [];
    for (const { session, op } of batch) {
      const last = this.room.last(session.client);
      if (op.seq <= last.seq) this.#acknowledge(session, op, done);
      else {
        const author = { client: session.client, seq: op.seq };
        const result = this.room.submit(author, op.rev, op.op, this.#surprise);
        if (typeof result === "string") this.#refuse(session, result, op.seq);
        else done.push(...result);
      }
    }
    if (done.length > 0) this.#broadcast({ t: "changes", doc, changes: done });
  }

  /** Answers a repeat, now and then ahead of changes that are on their way (S4). */
  #acknowledge(session: Session, { seq }: Submit, batch: Change[]): void {
    const made = (c: Change): boolean => c.client === session.client && c.seq === seq;
    const change = [...this.room.changes, ...batch].find(made);
    if (!change || !session.open) return;
    const ack: ServerMessage = { t: "ack", doc, rev: this.room.known(change.rev), seq };
    const opened = session.down.findLastIndex(({ t }) => t === "opened");
    if (this.#random.chance(0.5)) session.down.splice(opened + 1, 0, ack);
    else session.down.push(ack);
  }

  /** An edit by another service. */
  rest(edit: (content: Delta) => Delta): void {
    this.commit();
    const op = edit(this.room.content);
    const done = this.room.submit(null, this.room.rev, op);
    if (typeof done === "string") throw new Error(`the model refused its own edit: ${done}`);
    this.#broadcast({ t: "changes", doc, changes: done });
  }

  setAccess(session: Session, access: Access): void {
    if (session.access === access) return;
    session.access = access;
    if (session.open) session.down.push({ t: "access", doc, access });
  }

  /** The server stops, with what it had under way committed or not, and begins again. */
  restart(): void {
    if (this.#random.chance(0.5)) this.commit();
    this.#waiting = [];
    for (const session of this.sessions) this.drop(session);
  }

  #broadcast(message: ServerMessage): void {
    for (const session of this.sessions) if (session.open) session.down.push(message);
  }

  #refuse(session: Session, code: WireCode, seq: number): void {
    if (session.alive) session.down.push({ t: "error", code, message: code, doc, seq });
  }
}
