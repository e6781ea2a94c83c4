import type { LogKey, Store, StoredLog } from "../../src/journal/index.ts";
import { replay } from "../../src/journal/log.ts";
import type { State } from "../../src/state/index.ts";
import type { Random } from "./random.ts";

interface Write {
  readonly grows: boolean;
  readonly apply: () => void;
  /** As it is where the power went in the middle of it. */
  readonly tear: () => void;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

const name = ({ client, doc }: LogKey): string => `${client} ${doc}`;

/** Logs of one user, and the locks on them: what outlives a page. */
export class Disk {
  readonly logs = new Map<string, LogKey & { snapshot: string; records: string[] }>();
  readonly locked = new Map<string, Page>();
  readonly #random: Random | null;

  /** Without a source of chance every write is done at once, and none is torn. */
  constructor(random: Random | null = null) {
    this.#random = random;
  }

  open(): Page {
    return new Page(this, this.#random);
  }
}

/** The disk as one page sees it. */
export class Page implements Store {
  /** Whether writes fail: the disk is full. */
  full = false;
  readonly #disk: Disk;
  readonly #random: Random | null;
  #writes: Write[] = [];
  #gone = false;

  constructor(disk: Disk, random: Random | null) {
    this.#disk = disk;
    this.#random = random;
  }

  get busy(): boolean {
    return this.#writes.length > 0;
  }

  /** The next write is done. */
  tick(): void {
    const write = this.#writes.shift();
    if (!write) return;
    if (this.full && write.grows) return write.reject(new Error("the disk is full"));
    write.apply();
    write.resolve();
  }

  /** The page is gone: of what it was writing some is there, one record perhaps in part. */
  crash(): void {
    this.#give();
  }

  /** The power is gone: what the disk said was written need not be. */
  blackout(): void {
    const clients = [...this.#disk.locked].flatMap(([client, page]) =>
      page === this ? client : [],
    );
    for (const { client, records } of this.#disk.logs.values()) {
      const lost = 1 + (this.#random?.below(6) ?? 0);
      if (clients.includes(client)) records.splice(Math.max(0, records.length - lost));
    }
    this.#writes = [];
    this.#give();
  }

  #give(): void {
    const done = this.#random?.below(this.#writes.length + 1) ?? this.#writes.length;
    for (const { apply } of this.#writes.slice(0, done)) apply();
    if (this.#random?.chance(0.5)) this.#writes[done]?.tear();
    this.#gone = true;
    this.#writes = [];
    for (const [client, page] of this.#disk.locked) {
      if (page === this) this.#disk.locked.delete(client);
    }
  }

  /** What a log leads to as it is now. */
  kept(key: LogKey): State | null {
    const log = this.#disk.logs.get(name(key));
    return log ? replay(log, key) : null;
  }

  async list(): Promise<readonly LogKey[]> {
    return [...this.#disk.logs.values()].map(({ client, doc }) => ({ client, doc })).reverse();
  }

  async read(key: LogKey): Promise<StoredLog | null> {
    const log = this.#disk.logs.get(name(key));
    return log ? { snapshot: log.snapshot, records: [...log.records] } : null;
  }

  append(key: LogKey, record: string): Promise<void> {
    const put = (text: string) => () => void this.#disk.logs.get(name(key))?.records.push(text);
    return this.#write(put(record), put(record.slice(0, record.length >> 1)));
  }

  replace({ client, doc }: LogKey, snapshot: string): Promise<void> {
    const log = { client, doc, snapshot, records: [] };
    return this.#write(() => void this.#disk.logs.set(name(log), log));
  }

  remove(key: LogKey): Promise<void> {
    return this.#write(() => void this.#disk.logs.delete(name(key)), null);
  }

  async lock(client: string): Promise<(() => void) | null> {
    if (this.#gone || this.#disk.locked.has(client)) return null;
    this.#disk.locked.set(client, this);
    return () => {
      if (this.#disk.locked.get(client) === this) this.#disk.locked.delete(client);
    };
  }

  #write(apply: () => void, tear: (() => void) | null = () => {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return;
      const grows = tear !== null;
      this.#writes.push({ grows, apply, tear: tear ?? (() => {}), resolve, reject });
      if (!this.#random) this.tick();
    });
  }
}
