/** The names and colours of people that the past knows by their user ids. */
import { type Appearance, appearance, type Peer, type User } from "coscribe";

/** Whom a server without keys takes everyone for: of such a one nothing is known. */
const anyone = "anonymous";

export class People {
  readonly #known = new Map<string, Appearance>();

  /**
   * Learns how someone looks who is here, or was; `state` is what they show of
   * themselves. Tells whether that is new.
   */
  meet(client: string, user: User, state: Peer["state"]): boolean {
    if (user.id === anyone) return false;
    const { name, color } = appearance(client, { user, state, cursor: null });
    // The colour is of a stranger's choice, the name that is in a token is not.
    const chosen = CSS.supports("color", color) ? color : this.look(user.id).color;
    const before = this.#known.get(user.id);
    const now = { name: user.name ?? name, color: chosen };
    this.#known.set(user.id, now);
    return before?.name !== now.name || before.color !== now.color;
  }

  /** How someone looks; who was not met goes by the id. */
  look(user: string): Appearance {
    return (
      this.#known.get(user) ?? appearance(user, { user: { id: user }, state: {}, cursor: null })
    );
  }
}
