import { close } from "./errors.ts";

const first = 500;
const most = 30_000;

/**
 * How long to wait before another attempt, in milliseconds: anything up to
 * twice as long each time, so that thousands of clients that were cut off
 * together do not come back together. (Full jitter, as M. Brooker describes.)
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(most, first * 2 ** Math.min(attempt, 10));
}

/**
 * What to do when a socket has closed: come back, not at once where the server
 * has too much to do, with another token, or not at all.
 */
export type Reaction = "again" | "later" | "token" | "never";

export function reaction(code: number): Reaction {
  switch (code) {
    case close.overloaded:
      return "later";
    case close.unauthenticated:
      return "token";
    case close.badProtocol:
    case close.forbidden:
    case close.replaced:
      return "never";
    default:
      return "again";
  }
}
