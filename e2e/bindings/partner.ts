import { expect } from "vitest";
import { connect, type Document, type Session } from "../../client-js/src/index.node.ts";
import type { Op } from "../support/server.ts";

/** Somebody else in the document, who has no editor: the client alone, in Node. */
export class Partner {
  readonly doc: Document;
  readonly #session: Session;

  private constructor(session: Session, doc: Document) {
    this.#session = session;
    this.doc = doc;
  }

  static async join(server: { readonly url: string }, id: string, name: string): Promise<Partner> {
    const session = connect(server.url);
    const doc = session.doc(id);
    doc.setPresence({ name });
    await doc.ready();
    return new Partner(session, doc);
  }

  /** Puts a text in place of `[from, to)`, and waits until everyone may know of it. */
  async replace(from: number, to: number, text: string): Promise<void> {
    const ops = [{ retain: from }, { insert: text }, { delete: to - from }];
    this.doc.submit(ops.filter((op) => op.retain !== 0 && op.insert !== "" && op.delete !== 0));
    await this.doc.flush();
  }

  get content(): Op[] {
    return this.doc.content as Op[];
  }

  /** The cursors of the others, by the names that they show. */
  get cursors(): Record<string, readonly [number, number] | null> {
    return Object.fromEntries(
      Object.values(this.doc.peers).map(({ state, cursor }) => [String(state.name), cursor]),
    );
  }

  /** Waits until it sees somebody's selection there. */
  async sees(name: string, anchor: number, head: number): Promise<void> {
    await expect.poll(() => this.cursors[name]).toEqual([anchor, head]);
  }

  leave(): void {
    this.#session.close();
  }
}
