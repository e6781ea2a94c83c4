import { NodeWebSocket } from "./node/websocket.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { SocketConstructor } from "./socket.ts";

export * from "./api.ts";

/** As in a browser; before version 22, Node gets its WebSocket from this package. */
export function connect(url: string, options: SessionOptions = {}): Session {
  const { WebSocket = NodeWebSocket } = globalThis as { WebSocket?: SocketConstructor };
  return new Session(url, { WebSocket, ...options });
}
