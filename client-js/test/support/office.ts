import type { DocumentType } from "../../src/delta/index.ts";
import { Document, type Host } from "../../src/document.ts";
import { create } from "../../src/state/index.ts";
import { doc, Server, type Session } from "../sim/server.ts";
import { Random } from "./random.ts";

/** One client of the model server, whose messages move when the test says so. */
export interface Desk {
  readonly document: Document;
  readonly session: Session;
}

/** Documents of several clients and the model of a server between them, without a network. */
export class Office {
  readonly server: Server;
  readonly desks: Desk[] = [];
  readonly #type: DocumentType;

  constructor(type: DocumentType) {
    this.#type = type;
    this.server = new Server(new Random(1), type);
    this.server.trouble = 0;
  }

  open(name: string): Desk {
    const session = this.server.connect();
    const host: Host = {
      send: (message) => session.up.push(structuredClone(message)),
      rename: () => {},
      forget: () => {},
      ended: null,
    };
    const document = new Document(host, create(doc, this.#type, name));
    session.up.push({ t: "hello", client: name });
    const desk = { document, session };
    this.desks.push(desk);
    document.dispatch({ type: "connected", client: name });
    return desk;
  }

  /** Everything that is on its way arrives. */
  settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const { session, document } of this.desks) {
        for (; session.up.length > 0; moved = true) this.server.deliver(session);
        this.server.commit();
        for (let m = session.down.shift(); m; m = session.down.shift()) {
          moved = true;
          if (m.t === "hello") document.dispatch({ type: "limits", limits: m.limits });
          else document.dispatch({ type: "message", message: m as never });
        }
      }
    }
  }
}
