import type { Delta } from "../delta/index.ts";
import type { Code } from "../errors.ts";
import type { ClientMessage } from "../wire.ts";
import type { Effect, State } from "./types.ts";

/** One step while it is made: the next state, and what has to be done. */
export class Turn {
  state: State;
  effects: readonly Effect[] = [];

  constructor(state: State) {
    this.state = state;
  }

  set(changed: Partial<State>): void {
    this.state = { ...this.state, ...changed };
  }

  emit(effect: Effect): void {
    this.effects = [...this.effects, effect];
  }

  send(message: ClientMessage): void {
    this.emit({ type: "send", message });
  }

  update(delta: Delta): void {
    if (delta.length > 0) this.emit({ type: "update", delta });
  }

  refused(code: Code, message: string): void {
    this.emit({ type: "refused", code, message });
  }

  /** Goes back to where it was before. */
  back(to: { readonly state: State; readonly effects: readonly Effect[] }): void {
    this.state = to.state;
    this.effects = to.effects;
  }
}

/** The ops that the server has not committed yet, in order. */
export function pending(state: State): readonly Delta[] {
  return state.inFlight ? [state.inFlight.op, ...state.buffer] : state.buffer;
}
