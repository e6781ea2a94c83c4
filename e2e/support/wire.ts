import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a wire lets through. */
type Passage = "all" | "pages" | "nothing";

/** A network cable between a browser and the server, which can be cut. */
export class Wire {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #passage: Passage = "all";
  #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#listener = createServer((near) => {
      if (this.#passage === "nothing") {
        near.destroy();
        return;
      }
      const far = connect(this.#port, "127.0.0.1");
      this.#keep(near, far);
      this.#keep(far, near);
      near.on("data", (data: Buffer) => {
        if (this.#passage === "pages" && data.includes("GET /v1/connect")) near.destroy();
      });
    });
  }

  /** A wire to the server on this port of this machine. */
  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    wire.#listener.listen(0, "127.0.0.1");
    await once(wire.#listener, "listening");
    return wire;
  }

  /** The server's address through the wire. */
  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Ends every connection and lets none through, or pages only. */
  cut(but: "nothing" | "pages" = "nothing"): void {
    this.#passage = but;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Leads to another port of this machine from now on. */
  lead(port: number): void {
    this.#port = port;
  }

  mend(): void {
    this.#passage = "all";
  }

  remove(): void {
    this.cut();
    this.#listener.close();
  }

  #keep(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  }
}
