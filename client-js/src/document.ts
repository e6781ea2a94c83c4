import { backoff } from "./backoff.ts";
import { ending } from "./delta/ending.ts";
import { type Delta, type DocumentType, parse } from "./delta/index.ts";
import { whole } from "./delta/pieces.ts";
import { Emitter } from "./emitter.ts";
import { CoscribeError } from "./errors.ts";
import type { Tape } from "./keeper.ts";
import { Showing } from "./showing.ts";
import {
  type Draft,
  due,
  type Effect,
  type Event,
  type OwnPresence,
  pending,
  type State,
  type Status,
  sameStatus,
  status,
  step,
  visiblePeers,
} from "./state/index.ts";
import type { Access, ClientMessage, Cursor, Peers, PresenceState } from "./wire.ts";

/** A change of the content, after it has happened. */
export interface ContentChange {
  readonly delta: Delta;
  /** The content before it, and after it: the document's own may be ahead of both. */
  readonly before: Delta;
  readonly content: Delta;
  /** What was given to `submit`; `undefined` for changes that came from the server. */
  readonly origin: unknown;
  readonly local: boolean;
  /** Where the caret belongs afterwards: for an undo or redo, `null` otherwise. */
  readonly cursor: Cursor | null;
  /** What `setCursor` had told before it. */
  readonly selected: Cursor | null;
}

export interface DocumentEvents {
  /** The content has arrived for the first time. */
  ready: undefined;
  change: ContentChange;
  status: Status;
  /** Who is there, or where, has changed. */
  peers: Peers;
  /** The server's content was taken, because it was not as predicted; unsaved edits are on top. */
  recovered: undefined;
  /** Nothing goes on until `reopen`; the draft is what was not saved, `null` if all was. */
  blocked: Draft | null;
  /**
   * What the server refused; most of it is tried again by itself, see `retryable`.
   * Or `not_shown`: a bound editor cannot show the content and was disabled.
   */
  error: CoscribeError;
}

/** What a document needs of its session. */
export interface Host {
  send(message: ClientMessage): void;
  /** The client id belongs to someone else. */
  rename(document: Document): void;
  /** Why there will be no connection any more; `null` while there may be. */
  readonly ended: CoscribeError | null;
  forget(document: Document): void;
}

interface Waiting {
  readonly done: (state: State) => boolean;
  readonly resolve: () => void;
  readonly reject: (error: CoscribeError) => void;
}

/** How long a moved cursor may wait for the next one, in milliseconds. */
const showEvery = 50;

/**
 * One document, open in one session. Edits are applied here at once and reach
 * the server as soon as it can be reached; what others do comes as `change`.
 */
export class Document extends Emitter<DocumentEvents> {
  readonly #host: Host;
  #state: State;
  /** The same value until something in it changes. */
  #status: Status;
  #closed = false;
  /** How many asked for it and have not closed it. */
  #users = 1;
  #tape: Tape | null = null;
  /** Counts what may be held back until it is kept: an op of an older stream is not sent. */
  #sending = 0;
  /** What is still to be told. */
  readonly #queue: (() => void)[] = [];
  #telling = false;
  readonly #showing = new Showing();
  #waiting: Waiting[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;
  #retrying: ReturnType<typeof setTimeout> | undefined;

  /** Use `session.doc`. */
  constructor(host: Host, state: State) {
    super();
    this.#host = host;
    this.#state = state;
    this.#status = status(state);
  }

  get id(): string {
    return this.#state.doc;
  }

  get type(): DocumentType {
    return this.#state.type;
  }

  /** What the editor shows: the server's content with all edits of this client. */
  get content(): Delta {
    return whole(this.#state.content);
  }

  /** The last revision that is known here; 0 before there is one. */
  get rev(): number {
    return this.#state.place?.rev ?? 0;
  }

  get access(): Access {
    return this.#state.access;
  }

  /** How it stands with the server: the same value until that changes. */
  get status(): Status {
    return this.#status;
  }

  /** What could not be saved, while the status is `blocked`. */
  get draft(): Draft | null {
    return this.status.name === "blocked" ? this.status.draft : null;
  }

  /** The others by client id, their cursors where they belong in `content`. */
  get peers(): Peers {
    return visiblePeers(this.#state);
  }

  /** Everything that is known of the document, as JSON: `session.doc(id, { state })` goes on from it. */
  get state(): State {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state.place !== null;
  }

  /** Whether `submit` has a chance: there is a content, it may be written, and nothing is blocked. */
  get isEditable(): boolean {
    return (
      this.isReady && this.access !== "read" && !this.#closed && this.status.name !== "blocked"
    );
  }

  /** Resolves when there is a content. Rejects where it cannot be had. */
  ready(): Promise<void> {
    return this.#until((state) => state.place !== null);
  }

  /**
   * Applies an edit here and sends it. Throws, and changes nothing, where that
   * is not possible. `origin` comes back in the event, by which a binding knows
   * its own, and so does `cursor`, where the caret belongs afterwards. Returns
   * what was done: the edit in normal form, and with a newline left at the end
   * of a `rich-text` document.
   */
  submit(delta: Delta, origin?: unknown, cursor: Cursor | null = null): Delta {
    this.#mustBeOpen();
    const before = this.#state;
    const given = parse(delta, before.type);
    const op = before.type === "text" ? given : ending(given, before.content);
    if (op.length === 0) return op;
    const told = (after: State): void =>
      this.emit("change", { ...changed(before, after, op), origin, local: true, cursor });
    this.dispatch({ type: "edit", op }, told);
    return op;
  }

  /**
   * Shows the others where the selection is; `null` for nowhere. Of several on
   * a page that give their `origin` they see the one whose cursor moved last;
   * without one it stands in place of them all.
   */
  setCursor(cursor: Cursor | null, origin?: unknown): void {
    this.#show({ cursor }, origin);
  }

  /** Shows the others anything else, such as `{ name, color }`; `null` takes it and the cursor back. */
  setPresence(state: PresenceState | null, origin?: unknown): void {
    this.#show({ state }, origin);
  }

  #show(shown: Partial<OwnPresence>, origin: unknown): void {
    this.#showing.set(origin, shown);
    this.dispatch({ type: "present", ...this.#showing.one });
  }

  /** Resolves when nothing is unsaved. Rejects where that cannot be reached by waiting. */
  flush(): Promise<void> {
    return this.#until((state) => state.place !== null && pending(state).length === 0);
  }

  /** Gives up what is blocked, and its draft, and begins again with what the server has. */
  reopen(): void {
    this.#mustBeOpen();
    if (this.#host.ended) throw this.#host.ended;
    if (this.status.name === "blocked") this.dispatch({ type: "reopen" });
  }

  /**
   * Leaves the document, once for each time that it was asked for. What was not
   * saved by the last time is returned: `flush` first.
   */
  close(): Draft | null {
    if (--this.#users > 0) return null;
    if (this.#closed) return null;
    if (this.#state.link === "live") this.#host.send({ t: "close", doc: this.id });
    this.dispatch({ type: "disconnected" });
    if (!this.#state.blocked) this.#become({ ...this.#state, blocked: "closed" });
    this.#end();
    return this.draft;
  }

  #end(): void {
    this.#closed = true;
    clearTimeout(this.#soon);
    clearTimeout(this.#retrying);
    this.#settle();
    this.#host.forget(this);
  }

  /** For bindings: tells everyone of what went wrong in an editor. */
  report(error: CoscribeError): void {
    this.#queue.push(() => this.emit("error", error));
    this.#tell();
  }

  /** For the session: someone else uses it, too. */
  share(): this {
    this.#users++;
    return this;
  }

  /** For the session: goes on from what was kept, and keeps what happens from now on. */
  load(tape: Tape): void {
    if (this.#closed) return;
    this.#tape = tape;
    if (!tape.state) return;
    const before = this.#state;
    const was = this.#status;
    const after = { ...tape.state, own: before.own };
    const is = this.#become(after);
    this.#queue.push(() => this.#changed(before, after, after.content));
    this.#queue.push(() => this.#report(before, after, was, is));
    this.#tell();
    this.#settle();
  }

  /** For the session: something has happened. */
  dispatch(event: Event, told?: (after: State) => void): void {
    if (this.#closed) return;
    const before = this.#state;
    const was = this.#status;
    const { state, effects } = step(before, event);
    const is = this.#become(state);
    if (event.type === "edit") this.#showing.move(event.op, true);
    for (const effect of effects) {
      if (effect.type === "update") this.#showing.move(effect.delta, false);
    }
    // What may not be read any more is not kept either, once the draft was handed out.
    const forbidden = state.blocked === "forbidden";
    if (!forbidden) this.#tape?.record(event, state);
    for (const effect of effects) this.#queue.push(() => this.#do(effect, before, state));
    if (told) this.#queue.push(() => told(state));
    this.#queue.push(() => this.#report(before, state, was, is));
    if (forbidden && !before.blocked) this.#queue.push(() => this.#tape?.wipe());
    this.#tell();
    this.#settle();
    if (due(this.#state)) this.#showSoon();
  }

  #become(state: State): Status {
    const now = status(state);
    this.#state = state;
    if (!sameStatus(now, this.#status)) this.#status = now;
    return this.#status;
  }

  /** All listeners hear of one thing before any hears of the next, also where one of them submits. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next();
    this.#telling = false;
  }

  #do(effect: Effect, before: State, after: State): void {
    switch (effect.type) {
      case "send":
        return this.#send(effect.message);
      case "update":
        return this.#changed(before, after, effect.delta);
      case "retry":
        clearTimeout(this.#retrying);
        this.#retrying = setTimeout(
          () => this.dispatch({ type: "retry" }),
          backoff(effect.attempt + 1),
        );
        return;
      case "rename":
        return this.#host.rename(this);
      case "recovered":
        return this.emit("recovered", undefined);
      case "refused":
        return this.emit("error", new CoscribeError(effect.code, effect.message));
    }
  }

  /** An op that is sent must be known after a crash, or it would be sent twice (S2). */
  #send(message: ClientMessage): void {
    const turn = message.t === "presence" ? this.#sending : ++this.#sending;
    if (message.t !== "op" || !this.#tape) return this.#host.send(message);
    this.#tape.whenDurable(() => {
      const isLive = this.#state.link === "live" && !this.#closed;
      if (turn === this.#sending && isLive) this.#host.send(message);
    });
  }

  #changed(before: State, after: State, delta: Delta): void {
    const change = changed(before, after, delta);
    this.emit("change", { ...change, origin: undefined, local: false, cursor: null });
  }

  #report(before: State, after: State, was: Status, is: Status): void {
    if (!before.place && after.place) this.emit("ready", undefined);
    if (was !== is) this.emit("status", is);
    if (was.name !== is.name && is.name === "blocked") this.emit("blocked", is.draft);
    const moved = before.peers !== after.peers || before.content !== after.content;
    const anyone = [before, after].some(({ peers }) => Object.keys(peers).length > 0);
    if (moved && anyone) this.emit("peers", visiblePeers(after));
  }

  #showSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.dispatch({ type: "tell" });
    }, showEvery);
  }

  #until(done: (state: State) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ done, resolve, reject });
      this.#settle();
    });
  }

  #settle(): void {
    const hopeless = this.#closed || this.status.name === "blocked";
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.done(this.#state)) waiting.resolve();
      else if (!hopeless) return true;
      else waiting.reject(this.#why());
      return false;
    });
  }

  #why(): CoscribeError {
    const code = this.status.name === "blocked" ? this.status.reason : "closed";
    return new CoscribeError(code, `${this.id} cannot be saved: ${code}`);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new CoscribeError("closed", `${this.id} was closed`);
  }
}

function changed(
  before: State,
  after: State,
  delta: Delta,
): Pick<ContentChange, "delta" | "before" | "content" | "selected"> {
  return {
    delta,
    before: whole(before.content),
    content: whole(after.content),
    selected: before.own.cursor,
  };
}
