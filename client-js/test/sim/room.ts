import type { Delta, DocumentType } from "../../src/delta/index.ts";
import type { Change, Cursor, Peer, PresenceState } from "../../src/wire.ts";
import { reference } from "../support/reference.ts";

/** What one op is refused with. */
export type RefusedWith = "stale" | "seq_gap" | "bad_revision" | "invalid_op";

const initial = (type: DocumentType): Delta => (type === "text" ? [] : [{ insert: "\n" }]);

/**
 * The line of one document as the protocol describes it, on top of quill-delta
 * and not of the engine that is tested.
 */
export class Room {
  readonly type: DocumentType;
  readonly window: number;
  epoch = "epoch-0";
  content: Delta;
  changes: Change[] = [];
  /** Revisions below this are no longer kept. */
  floor = 0;
  /** Runs of revisions, `from` exclusive, that the store keeps as one change. */
  runs: { readonly from: number; readonly to: number }[] = [];
  readonly cursors = new Map<string, { cursor: Cursor | null; state: PresenceState | null }>();
  #committed = new Map<string, { seq: number; rev: number }>();
  #created = 0;
  #clock: () => string;

  constructor(type: DocumentType, window: number, clock: () => string) {
    this.type = type;
    this.window = window;
    this.content = initial(type);
    this.#clock = clock;
  }

  get rev(): number {
    return this.changes.length;
  }

  at(rev: number): string {
    return rev === 0 ? `created-${this.#created}` : (this.changes[rev - 1]?.at ?? "never");
  }

  last(client: string): { seq: number; rev: number } {
    return this.#committed.get(client) ?? { seq: 0, rev: 0 };
  }

  /** Commits an op, with the repair behind it (P8), or tells why not. */
  submit(
    author: { client: string; seq: number } | null,
    rev: number,
    op: Delta,
    surprise: (op: Delta) => Delta = (op) => op,
  ): Change[] | RefusedWith {
    const last = author && this.last(author.client);
    if (author && author.seq !== (last?.seq ?? 0) + 1) return "seq_gap";
    if (rev > this.rev || (last && rev < last.rev)) return "bad_revision";
    if (this.rev - rev > this.window) return "stale";
    let transformed = reference.normalize(op);
    for (const change of this.changes.slice(rev)) {
      transformed = reference.transform(change.op, transformed, true);
    }
    transformed = surprise(transformed);
    if (!this.#applied(transformed)) return "invalid_op";
    const at = this.#clock();
    const user = author?.client ?? "rest";
    const done = [this.#append({ rev: this.rev + 1, op: transformed, ...author, user, at })];
    if (author) this.#committed.set(author.client, { seq: author.seq, rev: this.rev });
    const repair = this.#repair();
    if (repair) done.push(this.#append({ rev: this.rev + 1, op: repair, user, at }));
    return done;
  }

  #applied(op: Delta): Delta | null {
    const next = reference.compose(this.content, op);
    const whole = next.every(
      ({ insert }) => typeof insert !== "string" || !/\p{Surrogate}/u.test(insert),
    );
    return whole && next.every(({ insert }) => insert !== undefined) ? next : null;
  }

  #append(change: Change): Change {
    this.content = this.#applied(change.op) as Delta;
    this.changes.push(change);
    for (const [client, shown] of this.cursors) {
      const move = (at: number): number =>
        reference.position(change.op, at, client !== change.client);
      const { cursor } = shown;
      this.cursors.set(client, { ...shown, cursor: cursor && [move(cursor[0]), move(cursor[1])] });
    }
    return change;
  }

  #repair(): Delta | null {
    if (this.type === "text") return null;
    const end = this.content.at(-1)?.insert;
    if (typeof end === "string" && end.endsWith("\n")) return null;
    const length = this.content.reduce(
      (n, { insert }) => n + (typeof insert === "string" ? insert.length : 1),
      0,
    );
    return reference.normalize([{ retain: length }, { insert: "\n" }]);
  }

  /** Whether a client that was at a place can go on from there (S6). */
  knows(place: { rev: number; epoch?: string; at?: string }): boolean {
    return (
      place.epoch === this.epoch &&
      place.rev >= this.floor &&
      !this.runs.some(({ from, to }) => from < place.rev && place.rev < to) &&
      place.rev <= this.rev &&
      place.at === this.at(place.rev)
    );
  }

  /** Keeps the next few changes after a revision as one from now on. */
  squash(after: number, count: number): void {
    const from = Math.max(after, this.runs.at(-1)?.to ?? 0);
    const to = Math.min(from + count, this.rev);
    if (to - from > 1) this.runs.push({ from, to });
  }

  /** The changes after a revision as they are kept. */
  since(rev: number): Change[] {
    return this.changes.slice(rev).flatMap((change) => {
      const run = this.runs.find(({ from, to }) => from < change.rev && change.rev <= to);
      if (!run) return [change];
      return run.to === change.rev ? [together(this.changes.slice(run.from, run.to))] : [];
    });
  }

  /** The revision that a change is known by: that of its run, if it is in one. */
  known(rev: number): number {
    return this.runs.find(({ from, to }) => from < rev && rev <= to)?.to ?? rev;
  }

  /** Goes back to how it was at a revision, as a restored backup does. */
  restore(rev: number): void {
    const kept = this.changes.slice(0, rev);
    this.#reset();
    for (const change of kept) {
      this.#append(change);
      if (change.client) {
        this.#committed.set(change.client, { seq: change.seq ?? 0, rev: change.rev });
      }
    }
  }

  /** Is deleted and created again. */
  recreate(): void {
    this.epoch = `${this.epoch}+`;
    this.#created++;
    this.floor = 0;
    this.#reset();
  }

  #reset(): void {
    this.content = initial(this.type);
    this.changes = [];
    this.runs = [];
    this.#committed = new Map();
    this.cursors.clear();
  }

  peers(): Record<string, Peer> {
    return Object.fromEntries(
      [...this.cursors].map(([client, { cursor, state }]) => [
        client,
        { user: { id: client }, cursor, state: state ?? {} },
      ]),
    );
  }
}

/** Changes that follow each other, squashed into one. */
export function together(changes: readonly Change[]): Change {
  const [first, last] = [changes[0] as Change, changes.at(-1) as Change];
  const op = changes.map((change) => change.op).reduce(reference.compose);
  return { from: first.rev - 1, rev: last.rev, op, user: last.user, at: last.at };
}
