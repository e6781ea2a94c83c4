import { equal } from "../../src/delta/attributes.ts";
import { status, statusText } from "../../src/state/index.ts";
import { change, Random } from "../support/random.ts";
import { Client, Tokens, tokensIn } from "./client.ts";
import { Server } from "./server.ts";

export interface Options {
  readonly clients?: number;
  readonly steps?: number;
  /** Whether the server may lose what clients saw: backups, re-creation, forgotten revisions. */
  readonly lostBase?: boolean;
  /** Whether it may commit what no client predicts, and squash what they have not seen (S9). */
  readonly surprises?: boolean;
}

/** Clients, a server and a network between them, all decided by one seed. */
export class World {
  readonly random: Random;
  readonly server: Server;
  readonly clients: Client[];
  readonly tokens = new Tokens();
  readonly #options: Required<Options>;
  readonly #rich: boolean;
  /** Whether anything was done that a client cannot foresee. */
  #upset = false;

  constructor(seed: number, options: Options = {}) {
    const defaults = { clients: 3, steps: 60, lostBase: seed % 3 === 0, surprises: seed % 4 === 0 };
    this.#options = { ...defaults, ...options };
    this.random = new Random(seed);
    this.#rich = this.random.chance(0.6);
    this.server = new Server(this.random, this.#rich ? "rich-text" : "text");
    this.clients = Array.from(
      { length: this.#options.clients },
      (_, i) => new Client(`client-${i}`, this.random, this.tokens, this.#rich),
    );
  }

  run(): void {
    for (let i = 0; i < this.#options.steps; i++) this.#step();
    this.#heal();
    this.#check();
  }

  #step(): void {
    const { random, server } = this;
    const client = random.pick(this.clients);
    const dice = random.below(100);
    if (dice < 22) client.edit();
    else if (dice < 40) client.receive();
    else if (dice < 58) this.#deliver();
    else if (dice < 70) server.commit();
    else if (dice < 78) client.retry();
    else if (dice < 82) client.point();
    else if (dice < 90)
      client.connect(server); // often while another one is there
    else if (dice < 93) client.cut();
    else if (dice < 94) server.rest((content) => change(random, content, this.#rich));
    else if (dice < 96) this.#access();
    else if (dice < 97 && this.#options.lostBase) this.#loseBase();
    else if (this.#options.surprises) this.#upsetAll();
    this.#settleDrafts();
  }

  /** A message reaches the server, on a connection that the client may have given up. */
  #deliver(): void {
    const busy = this.server.sessions.filter(({ up, alive }) => alive && up.length > 0);
    if (busy.length > 0) this.server.deliver(this.random.pick(busy));
  }

  #access(): void {
    const alive = this.server.sessions.filter((session) => session.alive);
    if (alive.length === 0) return;
    this.server.setAccess(this.random.pick(alive), this.random.pick(["read", "write"]));
  }

  #upsetAll(): void {
    const { room } = this.server;
    this.#upset = true;
    this.server.surprising = true;
    const seen = this.random.pick(this.clients).state.place?.rev ?? 0;
    room.squash(seen, 2 + this.random.below(5));
  }

  #loseBase(): void {
    const { room } = this.server;
    this.server.restart();
    for (const client of this.clients) if (client.session) client.cut();
    const dice = this.random.below(10);
    if (dice < 4) room.floor = this.random.below(room.rev + 1);
    else {
      // What was acknowledged goes with what the server loses; what was not must not.
      const unsaved = new Set(this.clients.flatMap((client) => client.unsaved));
      for (const token of this.tokens.excused.keys()) {
        if (!unsaved.has(token)) this.tokens.excused.set(token, true);
      }
      if (dice < 8) room.restore(this.random.below(room.rev + 1));
      else {
        room.recreate();
        for (const client of this.clients) client.owesDraft = client.unsaved.length > 0;
      }
    }
  }

  /** Whoever is blocked gets a draft with everything unsaved, and begins again. */
  #settleDrafts(): void {
    for (const client of this.clients) {
      if (!client.state.blocked) continue;
      assert(client.state.blocked === "lost_base", `blocked: ${client.state.blocked}`);
      const unsaved = client.unsaved;
      client.owesDraft = false;
      const kept = client.takeDraft();
      const inDraft = new Set(tokensIn(kept));
      assert(
        unsaved.every((token) => inDraft.has(token)),
        "a draft lacks an edit",
      );
      this.tokens.excuse(kept);
    }
  }

  /** All trouble ends: whatever is on its way arrives. */
  #heal(): void {
    for (const client of this.clients) if (!client.session?.alive) client.connect(this.server);
    for (let round = 0; round < 400; round++) {
      for (const session of this.server.sessions) {
        if (session.alive) this.server.setAccess(session, "write");
        while (session.up.length > 0 && session.alive) this.server.deliver(session);
      }
      this.server.commit();
      for (const client of this.clients) {
        while ((client.session?.down.length ?? 0) > 0) client.receive();
        client.retry();
        if (!client.session?.alive) client.connect(this.server);
      }
      this.#settleDrafts();
      if (this.#quiet()) return;
    }
    throw new Error("no peace after 400 rounds");
  }

  #quiet(): boolean {
    const { sessions } = this.server;
    return (
      this.clients.every((client) => client.quiet) &&
      sessions.every(({ up, down, alive }) => !alive || (up.length === 0 && down.length === 0))
    );
  }

  #check(): void {
    const { room } = this.server;
    for (const client of this.clients) {
      const { state, editor } = client;
      assert(status(state).name === "saved", `status ${statusText(status(state))}`);
      same(state.content, room.content, "content and server");
      same(state.base, room.content, "base and server");
      same(editor, room.content, "editor and server");
      assert(state.place?.rev === room.rev, "revision");
      // The server's ops are the client's, transformed alike: nothing has to be recovered.
      assert(client.recovered === 0 || this.#upset, "recovered without need");
      assert(!client.owesDraft, "edits were rebased onto another document");
      const { [state.client]: _, ...others } = room.peers();
      same(state.peers, others, "cursors");
    }
    this.#exactlyOnce();
  }

  #exactlyOnce(): void {
    const times = new Map<string, number>();
    for (const { op } of this.server.room.changes) {
      for (const token of tokensIn(op)) times.set(token, (times.get(token) ?? 0) + 1);
    }
    for (const [token, excused] of this.tokens.excused) {
      const n = times.get(token) ?? 0;
      assert(n <= 1, `an edit was committed ${n} times`);
      assert(n === 1 || excused, "an edit was lost");
    }
  }
}

function assert(ok: boolean, what: string): void {
  if (!ok) throw new Error(what);
}

function same(got: unknown, want: unknown, what: string): void {
  assert(equal(got, want), `${what} differ: ${JSON.stringify(got)} ≠ ${JSON.stringify(want)}`);
}

export function play(seed: number, options?: Options): void {
  try {
    new World(seed, options).run();
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}
