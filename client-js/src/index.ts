import { Session, type SessionOptions } from "./session.ts";

export * from "./api.ts";

/**
 * Connects to a Coscribe server: `https://host`, or `/` for the page's own.
 * Returns at once; the connection is made, and made again whenever it breaks,
 * in the background.
 */
export function connect(url: string, options: SessionOptions = {}): Session {
  return new Session(url, { WebSocket, ...options });
}
