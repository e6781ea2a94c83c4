import type { Peer } from "./wire.ts";

/** How a person looks to the others: beside a caret, in a list of who is here. */
export interface Appearance {
  readonly name: string;
  /** A CSS colour, or whatever the person says is one: use it as a colour only. */
  readonly color: string;
}

/**
 * The name and the colour of one of `document.peers`, as the bindings show
 * them: what the person chose in `state`, else the user's name or id, and a
 * colour that the client's id decides.
 */
export function appearance(client: string, { user, state }: Peer): Appearance {
  return {
    name: typeof state.name === "string" ? state.name : (user.name ?? user.id),
    color: typeof state.color === "string" ? state.color : colorOf(client),
  };
}

function colorOf(client: string): string {
  const hash = [...client].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) >>> 0, 7);
  return `hsl(${hash % 360} 70% 40%)`;
}
