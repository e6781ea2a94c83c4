import type { Schema } from "prosemirror-model";
import { expect, it } from "vitest";
import { type Delta, length, normalize } from "../../src/delta/index.ts";
import type { Document } from "../../src/document.ts";
import { fromDelta, toDelta } from "../../src/prosemirror/index.ts";
import { type Desk, Office } from "../support/office.ts";
import { Random } from "../support/random.ts";
import { change } from "./generate.ts";
import { Headless } from "./headless.ts";
import { act } from "./person.ts";
import { classic, starterKit } from "./schemas.ts";

const seeds = Number(process.env.MAPPING_SEEDS ?? 500);

interface Desktop {
  readonly document: Document;
  readonly view: Headless;
  readonly end: () => void;
}

/** Two editors of different schemas and a program without one, in one document. */
class World {
  readonly #random: Random;
  readonly #office = new Office("rich-text");
  readonly #plain: Document;
  readonly #editors: Desktop[];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#plain = this.#office.open("plain").document;
    this.#editors = [this.#editor("ann", starterKit), this.#editor("bob", classic)];
    this.#office.settle();
  }

  #editor(name: string, schema: Schema): Desktop {
    const { document } = this.#office.open(name);
    const view = new Headless(schema);
    return { document, view, end: view.bind(document) };
  }

  play(): void {
    for (let n = 0; n < 25; n++) {
      this.#step();
      if (this.#random.chance(0.1)) for (const editor of this.#editors) this.#check(editor);
    }
    this.#office.settle();
    for (const editor of this.#editors) {
      const { document, view } = editor;
      this.#check(editor);
      expect(document.content).toEqual(this.#plain.content);
      const { schema, doc } = view.state;
      expect(doc.toString()).toBe(fromDelta(schema, document.content).toString());
      expect(doc.eq(fromDelta(schema, document.content))).toBe(true);
    }
    for (const { end } of this.#editors) end();
  }

  /** What is shown is the document, in the one form that it has in a tree. */
  #check({ document, view: { state } }: Desktop): void {
    const ended = endsLine(document);
    expect(toDelta(state.doc)).toEqual(
      ended ? document.content : toDelta(fromDelta(state.schema, document.content)),
    );
    state.doc.check();
  }

  #step(): void {
    const random = this.#random;
    const kind = random.below(4);
    if (kind < 2) act(random, random.pick(this.#editors).view);
    else if (kind === 2) this.#change(this.#plain);
    else this.#deliver(random.pick(this.#office.desks));
  }

  /** Now and then another service takes the last newline, which the server puts back (P8). */
  #change(plain: Document): void {
    const random = this.#random;
    if (plain.content.length === 0) plain.submit([{ insert: "again" }]);
    else if (random.chance(0.9)) plain.submit(change(random, plain.content));
    else this.#office.server.rest((content) => this.#shortened(content));
  }

  #shortened(content: Delta): Delta {
    const random = this.#random;
    const kept = content.slice(0, random.below(content.length));
    const [retain, gone] = [length(kept), length(content.slice(kept.length))];
    return normalize([{ retain }, { delete: gone }, { insert: random.pick(["", "a", "a\nb"]) }]);
  }

  #deliver({ session, document }: Desk): void {
    const { server } = this.#office;
    for (let n = this.#random.below(3); n > 0; n--) server.deliver(session);
    if (this.#random.chance(0.7)) server.commit();
    for (let n = this.#random.below(4); n > 0; n--) {
      const message = session.down.shift();
      if (message && message.t !== "hello") {
        document.dispatch({ type: "message", message: message as never });
      }
    }
  }
}

function endsLine({ content }: Document): boolean {
  const { insert } = content.at(-1) ?? {};
  return typeof insert === "string" && insert.endsWith("\n");
}

it("shows everyone the same, whatever they do at the same time", () => {
  for (let seed = 0; seed < seeds; seed++) {
    try {
      new World(seed).play();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}, 600_000);
