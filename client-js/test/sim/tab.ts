import { equal } from "../../src/delta/attributes.ts";
import { type Delta, normalize } from "../../src/delta/index.ts";
import { Document, type Host } from "../../src/document.ts";
import { Journal } from "../../src/journal/index.ts";
import type { Tape } from "../../src/keeper.ts";
import { create, pending, type State } from "../../src/state/index.ts";
import type { ClientMessage, Submit } from "../../src/wire.ts";
import type { Page } from "../support/disk.ts";
import { change, type Random } from "../support/random.ts";
import { reference } from "../support/reference.ts";
import { type Tokens, tokensIn } from "./client.ts";
import { doc, type Server, type Session } from "./server.ts";

/** A document open under one client id: the tab's own, or that of one that is gone. */
export class Seat implements Host {
  readonly document: Document;
  readonly client: string;
  readonly ended = null;
  editor: Delta = [];
  session: Session | null = null;
  readonly #kept: (client: string) => State | null | undefined;
  /** What it did that it must not do. */
  wrong: string | null = null;
  #gone = false;

  /** `kept` tells what would be found of a client after a crash, `undefined` where that does not work. */
  constructor(
    client: string,
    tape: Tape,
    rich: boolean,
    kept: (client: string) => State | null | undefined,
  ) {
    this.client = client;
    this.#kept = kept;
    this.document = new Document(this, create(doc, rich ? "rich-text" : "text", client));
    this.document.on("change", ({ delta }) => {
      this.editor = reference.compose(this.editor, delta);
    });
    this.document.load(tape);
  }

  get state(): State {
    return this.document.state;
  }

  get unsaved(): string[] {
    return tokensIn(pending(this.state).flat());
  }

  send(message: ClientMessage): void {
    if (this.#gone) return;
    if (message.t === "op") this.#mustBeKept(message);
    this.session?.up.push(structuredClone(message));
  }

  /** What was sent is what would be sent again (S2), and it belongs to this stream (C3). */
  #mustBeKept({ seq, op, rev }: Submit): void {
    if (this.state.link !== "live") this.wrong ??= "an op was sent outside of a stream";
    const kept = this.#kept(this.client);
    const same = kept?.inFlight?.seq === seq && kept.place?.rev === rev;
    if (kept === undefined || (same && equal(kept.inFlight?.op, op))) return;
    this.wrong ??= "an op was sent before it was kept";
  }

  rename(): void {
    throw new Error("nobody took this id");
  }

  forget(): void {}

  connect(server: Server): void {
    if (this.session) this.cut();
    this.session = server.connect();
    this.session.up.push({ t: "hello", client: this.client });
    this.document.dispatch({ type: "connected", client: this.client });
  }

  cut(): void {
    this.session = null;
    this.document.dispatch({ type: "disconnected" });
  }

  receive(): void {
    const message = this.session?.down.shift();
    if (message?.t === "hello") {
      this.document.dispatch({ type: "limits", limits: message.limits });
    } else if (message && "doc" in message && message.doc) {
      this.document.dispatch({ type: "message", message: structuredClone(message) as never });
    }
  }

  /** Nothing of it happens any more, whatever still calls. */
  vanish(): void {
    this.#gone = true;
    this.session = null;
  }

  get quiet(): boolean {
    return this.state.link === "live" && pending(this.state).length === 0;
  }
}

/** A tab of a browser: its own seat, and those of clients that are gone. */
export class Tab {
  readonly user: string;
  readonly page: Page;
  readonly seats: Seat[] = [];
  /** Tokens that were durable here when it was told so. */
  readonly durable = new Set<string>();
  /** Whether it was told that nothing is kept any more. */
  unkept = false;
  readonly #journal: Journal;
  readonly #rich: boolean;
  #tape: Tape | null = null;

  constructor(user: string, page: Page, rich: boolean) {
    this.user = user;
    this.page = page;
    this.#rich = rich;
    this.#journal = new Journal({ user, store: async () => page });
  }

  get own(): Seat | undefined {
    return this.seats[0];
  }

  async open(): Promise<void> {
    const { client } = await this.#journal.claim({
      url: "http://host",
      token: undefined,
      documents: () => [doc],
      trouble: () => {
        this.unkept = true;
      },
    });
    const { tape, orphans } = await this.#journal.open(doc);
    this.#tape = tape;
    const kept = (of: string) => (this.unkept ? undefined : this.page.kept({ client: of, doc }));
    this.seats.push(new Seat(client, tape, this.#rich, kept));
    for (const { client, tapes } of orphans) {
      for (const left of tapes) this.seats.push(new Seat(client, left, this.#rich, kept));
    }
  }

  edit(random: Random, tokens: Tokens): void {
    const seat = this.own;
    if (!seat?.document.isEditable) return;
    const token = tokens.mint();
    const changed = change(random, seat.document.content, this.#rich);
    const at = random.below(changed.length + 1);
    const op = normalize([...changed.slice(0, at), { insert: token }, ...changed.slice(at)]);
    // What it deletes of its own unsent text need never arrive.
    const gone = new Set(tokensIn(seat.editor));
    seat.document.submit(op);
    for (const kept of tokensIn(seat.editor)) gone.delete(kept);
    tokens.excuse([...gone].map((insert) => ({ insert })));
    this.#tape?.whenDurable(() => this.durable.add(token));
  }

  /** The page is gone at once. What was not durable may be lost, and the more where the power went. */
  crash(tokens: Tokens, blackout: boolean): void {
    for (const seat of this.seats) {
      seat.vanish();
      const lost = seat.unsaved.filter((t) => blackout || this.unkept || !this.durable.has(t));
      tokens.excuse(lost.map((insert) => ({ insert })));
    }
    if (blackout) this.page.blackout();
    else this.page.crash();
  }

  /** Whether a log of one of its clients is on the disk. */
  keeps(client: string): Promise<boolean> {
    return this.page.list().then((logs) => logs.some((log) => log.client === client));
  }
}
