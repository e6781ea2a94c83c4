import { type Delta, normalize } from "../../src/delta/index.ts";
import {
  create,
  due,
  type Effect,
  type Event,
  pending,
  type State,
  status,
  step,
} from "../../src/state/index.ts";
import { change, type Random } from "../support/random.ts";
import { reference } from "../support/reference.ts";
import { doc, type Server, type Session } from "./server.ts";

const firstToken = 0xe000; // private use: nobody else types these

/** Every edit inserts a character of its own, so that it can be followed. */
export class Tokens {
  #next = firstToken;
  /** By token: whether it may be gone by right. */
  readonly excused = new Map<string, boolean>();

  mint(): string {
    const token = String.fromCodePoint(this.#next++);
    this.excused.set(token, false);
    return token;
  }

  excuse(op: Delta): void {
    for (const token of tokensIn(op)) this.excused.set(token, true);
  }
}

export function tokensIn(op: Delta): string[] {
  return op.flatMap(({ insert }) =>
    typeof insert === "string" ? (insert.match(/[\ue000-\uf8ff]/g) ?? []) : [],
  );
}

/** One client: the state machine, and an editor that applies what it is told. */
export class Client {
  state: State;
  editor: Delta = [];
  session: Session | null = null;
  wantsRetry = false;
  recovered = 0;
  /** Whether its edits belong to a document that was deleted. */
  owesDraft = false;
  readonly #name: string;
  readonly #random: Random;
  readonly #tokens: Tokens;
  readonly #rich: boolean;

  constructor(name: string, random: Random, tokens: Tokens, rich: boolean) {
    this.#name = name;
    this.#random = random;
    this.#tokens = tokens;
    this.#rich = rich;
    this.state = create(doc, rich ? "rich-text" : "text", name);
  }

  dispatch(event: Event): void {
    const { state, effects } = step(this.state, event);
    this.state = this.#random.chance(0.1) ? (JSON.parse(JSON.stringify(state)) as State) : state;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "send":
        // Through JSON, as on a socket: nothing is shared.
        this.session?.up.push(JSON.parse(JSON.stringify(effect.message)));
        return;
      case "update":
        this.editor = reference.compose(this.editor, effect.delta);
        return;
      case "retry":
        this.wantsRetry = true;
        return;
      case "recovered":
        this.recovered++;
        return;
      case "rename":
        throw new Error("nobody took this id");
      case "refused":
        return;
    }
  }

  connect(server: Server): void {
    if (this.session) this.cut();
    this.session = server.connect();
    this.session.up.push({ t: "hello", client: this.#name });
    this.dispatch({ type: "connected", client: this.#name });
  }

  /** The client finds the connection gone. The server does not know yet. */
  cut(): void {
    this.session = null;
    this.wantsRetry = false;
    this.dispatch({ type: "disconnected" });
  }

  /** Takes the next message. */
  receive(): void {
    const message = this.session?.down.shift();
    if (!message) return;
    if (message.t === "hello") this.dispatch({ type: "limits", limits: message.limits });
    else if ("doc" in message && message.doc) {
      const sent = JSON.parse(JSON.stringify(message)) as typeof message;
      this.dispatch({ type: "message", message: sent as never });
    }
  }

  retry(): void {
    if (!this.wantsRetry) return;
    this.wantsRetry = false;
    this.dispatch({ type: "retry" });
  }

  get canEdit(): boolean {
    const { place, blocked, access } = this.state;
    return place !== null && !blocked && access !== "read";
  }

  edit(): void {
    if (!this.canEdit) return;
    const op = this.#edit();
    // What it deletes of its own unsent text need never arrive.
    const gone = new Set(tokensIn(this.editor));
    this.editor = reference.compose(this.editor, op);
    for (const token of tokensIn(this.editor)) gone.delete(token);
    this.#tokens.excuse([...gone].map((insert) => ({ insert })));
    this.dispatch({ type: "edit", op });
  }

  #edit(): Delta {
    const changed = change(this.#random, this.state.content, this.#rich);
    const token = this.#tokens.mint();
    const at = this.#random.below(changed.length + 1);
    return normalize([...changed.slice(0, at), { insert: token }, ...changed.slice(at)]);
  }

  point(): void {
    const length = this.state.content.reduce(
      (n, { insert }) => n + (typeof insert === "string" ? insert.length : 1),
      0,
    );
    const at = this.#random.below(length + 1);
    const dice = this.#random.below(6);
    if (dice < 3) this.dispatch({ type: "present", cursor: [at, at] });
    else if (dice < 4) this.dispatch({ type: "present", cursor: null });
    else this.dispatch({ type: "present", state: dice < 5 ? { name: this.#name } : null });
    if (due(this.state)) this.dispatch({ type: "tell" });
  }

  /** What the person would lose if nobody looked at the draft. */
  takeDraft(): Delta {
    const now = status(this.state);
    this.dispatch({ type: "reopen" });
    return now.name === "blocked" ? (now.draft?.ops.flat() ?? []) : [];
  }

  get unsaved(): string[] {
    return tokensIn(pending(this.state).flat());
  }

  get quiet(): boolean {
    return !this.wantsRetry && pending(this.state).length === 0 && this.state.link === "live";
  }
}
