import { equal } from "../../src/delta/attributes.ts";
import { replay } from "../../src/journal/log.ts";
import { pending } from "../../src/state/index.ts";
import { Disk } from "../support/disk.ts";
import { Random } from "../support/random.ts";
import { Tokens, tokensIn } from "./client.ts";
import { Server } from "./server.ts";
import { type Seat, Tab } from "./tab.ts";

const users = ["ann", "bob"];
const steps = 70;

/** Tabs that come and go, what they keep, a server and a network between them: decided by one seed. */
class World {
  readonly #random: Random;
  readonly #rich: boolean;
  readonly #server: Server;
  readonly #tokens = new Tokens();
  readonly #disks: ReadonlyMap<string, Disk>;
  readonly #lostBase: boolean;
  readonly #fullDisk: boolean;
  readonly #blackouts: boolean;
  /** Who said hello under a client id. */
  readonly #owners = new Map<string, string>();
  #tabs: Tab[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#rich = this.#random.chance(0.5);
    this.#lostBase = seed % 3 === 0;
    this.#fullDisk = seed % 7 === 0;
    this.#blackouts = seed % 5 === 0;
    this.#server = new Server(this.#random, this.#rich ? "rich-text" : "text");
    this.#disks = new Map(users.map((user) => [user, new Disk(this.#random)]));
  }

  async run(): Promise<void> {
    await this.#open("ann");
    for (let i = 0; i < steps; i++) {
      await this.#step();
      await settled();
      await this.#settleDrafts();
    }
    await this.#heal();
    this.#check();
  }

  async #open(user: string): Promise<void> {
    const page = (this.#disks.get(user) as Disk).open();
    const tab = new Tab(user, page, this.#rich);
    this.#tabs.push(tab);
    await tab.open();
    for (const { client, unsaved } of tab.seats) {
      const owner = this.#owners.get(client) ?? user;
      assert(owner === user, "a client went on as another user's");
      this.#owners.set(client, user);
      for (const token of unsaved) tab.durable.add(token);
    }
    const clients = this.#tabs.flatMap(({ seats }) => seats.map(({ client }) => client));
    assert(new Set(clients).size === clients.length, "two tabs are one client");
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const server = this.#server;
    const dice = random.below(100);
    if (this.#tabs.length === 0 || (dice < 4 && this.#tabs.length < 4)) {
      return this.#open(random.chance(0.8) ? "ann" : "bob");
    }
    const tab = random.pick(this.#tabs);
    const seat = random.pick(tab.seats);
    if (dice < 22) tab.edit(random, this.#tokens);
    else if (dice < 36) seat.receive();
    else if (dice < 50) this.#deliver();
    else if (dice < 60) server.commit();
    else if (dice < 76) tab.page.tick();
    else if (dice < 80) seat.document.dispatch({ type: "retry" });
    else if (dice < 88) seat.connect(server);
    else if (dice < 90) seat.cut();
    else if (dice < 95) this.#crash(tab);
    else if (dice < 96) this.#forbid(seat);
    else if (dice < 98 && this.#fullDisk) tab.page.full = true;
    else if (this.#lostBase) this.#loseBase();
  }

  #deliver(): void {
    const busy = this.#server.sessions.filter(({ up, alive }) => alive && up.length > 0);
    if (busy.length > 0) this.#server.deliver(this.#random.pick(busy));
  }

  #crash(tab: Tab): void {
    tab.crash(this.#tokens, this.#blackouts && this.#random.chance(0.5));
    this.#tabs = this.#tabs.filter((other) => other !== tab);
  }

  /** Reading is not allowed any more, for this connection. */
  #forbid({ session, state }: Seat): void {
    if (!session?.alive || !session.open) return;
    session.open = false;
    session.down.push({ t: "closed", doc: state.doc, code: "forbidden" });
  }

  #loseBase(): void {
    const { room } = this.#server;
    this.#server.restart();
    for (const seat of this.#seats()) if (seat.session) seat.cut();
    const dice = this.#random.below(10);
    if (dice < 5) room.floor = this.#random.below(room.rev + 1);
    else {
      // What was acknowledged goes with what the server loses; what was not must not. Of tabs
      // that are gone, nobody here knows which it is.
      const unsaved = new Set(this.#seats().flatMap((seat) => seat.unsaved));
      for (const token of this.#tokens.excused.keys()) {
        if (!unsaved.has(token)) this.#tokens.excused.set(token, true);
      }
      if (dice < 8) room.restore(this.#random.below(room.rev + 1));
      else room.recreate();
    }
  }

  #seats(): Seat[] {
    return this.#tabs.flatMap(({ seats }) => seats);
  }

  /** Whoever is blocked gets a draft with everything unsaved, and begins again. */
  async #settleDrafts(): Promise<void> {
    for (const tab of this.#tabs) for (const seat of tab.seats) await this.#settleDraft(tab, seat);
  }

  async #settleDraft(tab: Tab, seat: Seat): Promise<void> {
    const { client, document, state, unsaved, wrong } = seat;
    assert(wrong === null, wrong ?? "");
    const { status } = document;
    if (status.name !== "blocked" || !state.blocked) return;
    if (status.reason === "forbidden") {
      while (tab.page.busy) await this.#tick(tab.page);
      assert(!(await tab.keeps(client)), "what may not be read is kept");
    } else if (status.reason !== "not_found") {
      // (Refused too often, because it was put out again and again, a client asks the person.)
      assert(status.reason === "lost_base", `blocked: ${status.reason}`);
      assert(this.#lostBase || this.#blackouts, "the base was lost for no reason");
    }
    const drafted = status.draft?.ops.flat() ?? [];
    const inDraft = new Set(tokensIn(drafted));
    assert(
      unsaved.every((token) => inDraft.has(token)),
      "a draft lacks an edit",
    );
    this.#tokens.excuse(drafted);
    document.reopen();
  }

  /** All trouble ends: tabs come that send what was left, whatever is on its way arrives. */
  async #heal(): Promise<void> {
    for (const tab of [...this.#tabs]) if (tab.unkept || tab.page.full) this.#crash(tab);
    for (let n = 0; n < 20; n++) {
      for (const user of users) await this.#open(user);
      await this.#calm();
      for (const tab of [...this.#tabs]) this.#crash(tab);
      if (this.#left() === 0) break;
    }
    for (const user of users) await this.#open(user);
    await this.#calm();
    assert(this.#left() === 0, "edits are left on the disk");
  }

  /** How many logs on the disks hold something that was not sent. */
  #left(): number {
    const logs = [...this.#disks.values()].flatMap(({ logs }) => [...logs.values()]);
    const states = logs.map((log) => replay(log, log));
    return states.filter((state) => !state || pending(state).length > 0).length;
  }

  async #calm(): Promise<void> {
    for (let round = 0; round < 300; round++) {
      for (const seat of this.#seats()) {
        if (!seat.session?.alive) seat.connect(this.#server);
      }
      for (const session of this.#server.sessions) {
        while (session.up.length > 0 && session.alive) this.#server.deliver(session);
        if (!this.#seats().some((seat) => seat.session === session)) this.#server.drop(session);
      }
      this.#server.commit();
      for (const seat of this.#seats()) {
        while ((seat.session?.down.length ?? 0) > 0) seat.receive();
        seat.document.dispatch({ type: "retry" });
      }
      for (const { page } of this.#tabs) while (page.busy) await this.#tick(page);
      await settled();
      await this.#settleDrafts();
      if (this.#quiet()) return;
    }
    throw new Error("no peace after 300 rounds");
  }

  async #tick(page: Tab["page"]): Promise<void> {
    page.tick();
    await settled();
  }

  #quiet(): boolean {
    return (
      this.#seats().every((seat) => seat.quiet) &&
      this.#tabs.every(({ page }) => !page.busy) &&
      this.#server.sessions.every(
        ({ up, down, alive }) => !alive || (up.length === 0 && down.length === 0),
      )
    );
  }

  #check(): void {
    const { room } = this.#server;
    for (const { document, editor, state } of this.#seats()) {
      same(document.content, room.content, "content and server");
      same(editor, room.content, "editor and server");
      assert(pending(state).length === 0, "something is unsaved");
    }
    const times = new Map<string, number>();
    for (const { op } of room.changes) {
      for (const token of tokensIn(op)) times.set(token, (times.get(token) ?? 0) + 1);
    }
    for (const [token, excused] of this.#tokens.excused) {
      const n = times.get(token) ?? 0;
      assert(n <= 1, `an edit was committed ${n} times`);
      assert(n === 1 || excused, "an edit was lost");
    }
  }
}

/** What was only waiting for its turn has had it. */
async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await null;
}

function assert(ok: boolean, what: string): void {
  if (!ok) throw new Error(what);
}

function same(got: unknown, want: unknown, what: string): void {
  assert(equal(got, want), `${what} differ: ${JSON.stringify(got)} ≠ ${JSON.stringify(want)}`);
}

export async function play(seed: number): Promise<void> {
  const { setTimeout } = globalThis;
  // Nothing here takes time: what a client would do later, the world does.
  globalThis.setTimeout = (() => 0) as never;
  try {
    await new World(seed).run();
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}
