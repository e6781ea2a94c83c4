import { cutsPair } from "../../src/delta/iterator.ts";
import type { ContentChange, Delta, Document, Session, SessionOptions } from "../../src/index.ts";
import { connect } from "../../src/index.ts";
import type { Adapter, Bound, Clock } from "./adapter.ts";
import { watched } from "./kept.ts";

/** A caret of somebody else, as it is painted. */
export interface Painted {
  readonly name: string;
  /** The place of the document where it stands; `null` where there is none. */
  readonly at: number | null;
}

/** What the suite finds on the page as `desk`. */
export interface Desk {
  readonly session: Session;
  readonly doc: Document;
  readonly bound: Bound;
  /** The person's own edits, in order. */
  readonly edits: Delta[];
  /** What the binding has said: `refused: too_large`. */
  readonly told: string[];
  /** How often what the editor shows has changed. */
  readonly updates: number;
  /** How long the binding took for each change of the editor, in milliseconds. */
  readonly spent: number[];
  painted(): Painted[];
  /** The nearest place in what is shown that is in front of one: others may have moved the text. */
  within(at: number): number;
  /** Resolves when what was typed survives a reload. */
  kept(): Promise<void>;
}

declare global {
  var desk: Desk;
}

/**
 * Shows one editor that is bound to the document that the address names:
 * `?server=URL&doc=ID&name=NAME`, and optionally `&type=TYPE&token=TOKEN`.
 * With `&keep=USER` what is typed survives a reload.
 */
export function play({ type, mount }: Adapter): void {
  const given = new URLSearchParams(location.search);
  const token = given.get("token");
  const keep = given.get("keep");
  const { offline, kept } = keep ? watched(keep) : { kept: async () => {} };
  const options: SessionOptions = { ...(token ? { token } : {}), ...(offline ? { offline } : {}) };
  const session = connect(given.get("server") ?? "/", options);
  const doc = session.doc(given.get("doc") ?? "", {
    type: given.get("type") === "text" ? "text" : type,
  });
  const edits: Delta[] = [];
  doc.on("change", ({ local, delta }: ContentChange) => local && edits.push(delta));
  const told: string[] = [];
  const spent: number[] = [];
  let updates = 0;
  let since = 0;
  const clock: Clock = {
    begin: () => {
      updates++;
      since = performance.now();
    },
    end: () => spent.push(performance.now() - since),
    spent: (ms) => {
      updates++;
      spent.push(ms);
    },
  };
  const parent = document.querySelector("#editor") as HTMLElement;
  const bound = mount(
    parent,
    doc,
    {
      user: { name: given.get("name") ?? "Somebody" },
      onRefused: ({ code }) => told.push(`refused: ${code}`),
      onFailed: ({ code }) => told.push(`failed: ${code}`),
    },
    clock,
  );
  const within = (at: number): number => {
    const parts = bound.content().map(({ insert }) => (typeof insert === "string" ? insert : "x"));
    const text = parts.join("");
    const place = Math.min(at, text.length);
    return cutsPair(text, place) ? place - 1 : place;
  };
  globalThis.desk = {
    session,
    doc,
    bound,
    edits,
    told,
    get updates() {
      return updates;
    },
    spent,
    painted: () => painted(bound),
    within,
    kept,
  };
}

/** Asks the editor which place is under the middle of each caret, as a person's eye would. */
function painted(bound: Bound): Painted[] {
  return [...document.querySelectorAll(".coscribe-caret")].map((caret) => {
    const { left, top, height } = caret.getBoundingClientRect();
    const name = caret.querySelector(".coscribe-name")?.textContent ?? "";
    return { name, at: bound.at(left + 1, top + height / 2) };
  });
}
