import { Connection } from "./connection.ts";
import type { DocumentType } from "./delta/index.ts";
import { Document, type Host } from "./document.ts";
import { Emitter } from "./emitter.ts";
import { CoscribeError } from "./errors.ts";
import type { Keeper, Orphan } from "./keeper.ts";
import type { TokenSource } from "./renewal.ts";
import { endpoint, type SocketConstructor, uuid } from "./socket.ts";
import { create, type Draft, restore, type State } from "./state/index.ts";
import type { ClientMessage, DocumentMessage, Limits, User, Welcome } from "./wire.ts";

export interface SessionOptions {
  /** A JWT, or a function that is asked for one at each connect and before the last one runs out. */
  readonly token?: TokenSource;
  /** The id of this editor instance, a UUID: give the same again only with a kept state. */
  readonly client?: string;
  /** Keeps what is typed over reloads: `new Journal()` of `coscribe/journal`, one for each session. */
  readonly offline?: Keeper;
  /** What sockets are made of, where it is not the platform's WebSocket. */
  readonly WebSocket?: SocketConstructor;
}

export interface DocOptions {
  /** What a document becomes that does not exist yet: `rich-text` unless given. */
  readonly type?: DocumentType;
  /** A `state` that was kept, to go on from: with the session's `client` as it was then. */
  readonly state?: State;
}

export interface SessionEvents {
  /** There is a connection, as this user. */
  connected: User;
  /** There is none; another one is being made. */
  disconnected: undefined;
  /** Something passing went wrong. */
  error: CoscribeError;
  /** No connection will be made any more; all documents are blocked. */
  ended: CoscribeError;
  /** An earlier tab left edits that cannot be saved. They are told of again until `discard` is called. */
  draft: { readonly draft: Draft; readonly discard: () => void };
}

/** One connection to a server, for any number of documents. */
export class Session extends Emitter<SessionEvents> implements Host {
  readonly #connection: Connection;
  readonly #options: SessionOptions & { readonly WebSocket: SocketConstructor };
  readonly #url: string;
  readonly #documents = new Map<string, Document>();
  /** Documents of which it is not known yet what was kept. */
  readonly #loading = new Set<Document>();
  /** What earlier tabs had not sent, and what sends it now. */
  readonly #unsent: string[] = [];
  readonly #orphans: Orphan[] = [];
  readonly #others = new Set<Session>();
  /** Resolves when it is known which client this is; `null` before anyone has asked. */
  #claimed: Promise<void> | null = null;
  #client: string;
  #user: User | null = null;
  #up = false;
  #ended: CoscribeError | null = null;
  #limits: Limits | null = null;

  constructor(url: string, options: SessionOptions & { readonly WebSocket: SocketConstructor }) {
    super();
    this.#options = options;
    this.#url = url;
    this.#client = options.client ?? uuid();
    this.#connection = new Connection(
      {
        url: endpoint(url),
        client: () => this.#client,
        token: options.token,
        socket: options.WebSocket,
      },
      {
        up: () => this.#connected(),
        welcome: (message) => this.#welcome(message),
        message: (message) => this.#message(message),
        down: (tooBig) => this.#disconnected(tooBig),
        trouble: (error) => this.emit("error", error),
        ended: (error) => this.#end(error),
      },
    );
    if (!options.offline) this.#connection.open();
  }

  /** The id under which the server knows this editor instance. */
  get client(): string {
    return this.#client;
  }

  /** Who the server takes this for; `null` before it has answered. */
  get user(): User | null {
    return this.#user;
  }

  /** Opens a document, or returns it where it is open already: to be closed as often as it was asked for. */
  doc(id: string, options: DocOptions = {}): Document {
    const open = this.#documents.get(id);
    if (open) return open.share();
    const state = options.state
      ? restore(options.state, id, this.#client)
      : create(id, options.type ?? "rich-text", this.#client);
    const document = new Document(this, state);
    this.#documents.set(id, document);
    const { offline } = this.#options;
    if (offline) void this.#load(document, offline);
    else this.#introduce(document);
    return document;
  }

  /** Asks which client this is, for the documents that are wanted by then, and connects. */
  async #claim(offline: Keeper): Promise<void> {
    const { client, unsent } = await offline.claim({
      url: this.#url,
      token: this.#options.token,
      documents: () => [...this.#documents.keys()],
      trouble: (error) => this.emit("error", error),
    });
    this.#client = client;
    this.#unsent.push(...unsent);
    if (this.#ended) offline.close();
    else this.#connection.open();
  }

  async #load(document: Document, offline: Keeper): Promise<void> {
    this.#loading.add(document);
    this.#claimed ??= this.#claim(offline);
    await this.#claimed;
    const { tape, orphans } = await offline.open(document.id);
    this.#loading.delete(document);
    document.load(tape);
    this.#introduce(document);
    this.#orphans.push(...orphans);
    if (this.#user) this.#sendRest();
  }

  /** Tells a document what it has missed. */
  #introduce(document: Document): void {
    if (this.#limits) document.dispatch({ type: "limits", limits: this.#limits });
    if (this.#up) document.dispatch({ type: "connected", client: this.#client });
    if (this.#ended) document.dispatch({ type: "block", code: this.#ended.code });
  }

  /** Sends what earlier tabs could not: of documents that nobody has opened here, and of other clients. */
  #sendRest(): void {
    for (const id of this.#unsent.splice(0)) {
      const document = this.doc(id);
      void this.#sent(document, () => document.reopen()).then((all) => all && document.close());
    }
    for (const orphan of this.#orphans.splice(0)) void this.#sendFor(orphan);
  }

  /** An op of another client is committed once under its id alone (P3): on a connection of its own. */
  async #sendFor({ client, tapes, release }: Orphan): Promise<void> {
    const { offline: _, ...options } = this.#options;
    const session = new Session(this.#url, { ...options, client });
    this.#others.add(session);
    const sent = tapes.map(async (tape) => {
      const document = session.doc(tape.doc);
      document.load(tape);
      const all = await this.#sent(document, () => tape.wipe());
      document.close();
      if (all) tape.wipe();
      return all;
    });
    const done = (await Promise.all(sent)).every(Boolean);
    session.close();
    this.#others.delete(session);
    if (done || this.#ended) release();
  }

  /** Whether all was sent in the end. If not, the person has to know of it. */
  async #sent(document: Document, discard: () => void): Promise<boolean> {
    try {
      await document.flush();
      return true;
    } catch {
      const { draft } = document;
      if (draft && !this.#ended) this.emit("draft", { draft, discard });
      return false;
    }
  }

  /** Closes all documents and the connection. What was not saved is returned: `flush` first. */
  close(): Draft[] {
    const drafts = [...this.#documents.values()].map((document) => document.close());
    this.#connection.close();
    this.#ended = new CoscribeError("closed", "the session was closed");
    for (const session of this.#others) session.close();
    for (const { release } of this.#orphans.splice(0)) release();
    if (this.#claimed) this.#options.offline?.close();
    return drafts.filter((draft) => draft !== null);
  }

  /** Why there will be no connection any more; `null` while there may be. */
  get ended(): CoscribeError | null {
    return this.#ended;
  }

  /** For documents. */
  send(message: ClientMessage): void {
    this.#connection.send(message);
  }

  #connected(): void {
    this.#up = true;
    this.#all((document) => document.dispatch({ type: "connected", client: this.#client }));
  }

  #welcome({ user, limits }: Welcome): void {
    this.#user = user;
    this.#limits = limits;
    this.#all((document) => document.dispatch({ type: "limits", limits }));
    this.emit("connected", user);
    this.#sendRest();
  }

  #message(message: DocumentMessage): void {
    this.#documents.get(message.doc)?.dispatch({ type: "message", message });
  }

  #disconnected(tooBig: boolean): void {
    this.#up = false;
    // Which message it was is not told: the largest, most likely. It must not be sent again (S8).
    const culprit = tooBig ? this.#largest() : undefined;
    this.#all((document) => document.dispatch({ type: "disconnected" }));
    culprit?.dispatch({ type: "block", code: "too_large" });
    this.emit("disconnected", undefined);
  }

  #largest(): Document | undefined {
    const weight = ({ state }: Document): number => JSON.stringify(state.inFlight).length;
    return [...this.#documents.values()]
      .filter(({ state }) => state.inFlight?.sent)
      .reduce<Document | undefined>((a, b) => (a && weight(a) >= weight(b) ? a : b), undefined);
  }

  #end(error: CoscribeError): void {
    this.#ended = error;
    this.#all((document) => document.dispatch({ type: "block", code: error.code }));
    this.emit("ended", error);
  }

  /** For documents: takes another client id, if no op may have been committed under the old one unnoticed. */
  rename(refused: Document): void {
    const others = [...this.#documents.values()].filter((document) => document !== refused);
    if (others.some(({ state }) => state.inFlight)) {
      refused.dispatch({ type: "block", code: "client_taken" });
      return;
    }
    this.#disconnected(false);
    void this.#rename(uuid());
  }

  /** Where edits are kept, they are of the new client before it says hello. */
  async #rename(client: string): Promise<void> {
    this.#connection.close();
    await this.#options.offline?.rename(client);
    this.#client = client;
    if (!this.#ended) this.#connection.open();
  }

  /** For documents. */
  forget(document: Document): void {
    this.#documents.delete(document.id);
  }

  #all(action: (document: Document) => void): void {
    for (const document of [...this.#documents.values()]) {
      if (!this.#loading.has(document)) action(document);
    }
  }
}
