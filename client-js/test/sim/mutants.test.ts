import { describe, expect, it } from "vitest";
import { killer, load, type Mutant } from "./mutate.ts";

const mutants: Record<string, Mutant> = {
  "an edit is merged into the op in flight (S2)": {
    file: "src/state/edit.ts",
    find: "  turn.set({ content, buffer: extend(state, op), edits, own: { ...state.own, cursor } });",
    replace: `  if (state.inFlight) {
      turn.set({ content, inFlight: { ...state.inFlight, op: compose(state.inFlight.op, op) } });
    } else turn.set({ content, buffer: extend(state, op), edits, own: { ...state.own, cursor } });`,
  },
  "the client keeps no barrier: what it had under way counts as sent (C3)": {
    file: "src/state/join.ts",
    find: "inFlight: unsent(inFlight && { ...inFlight, seq: seq + 1 }),",
    replace: "inFlight: inFlight && { ...inFlight, seq: seq + 1, sent: true },",
  },
  "what was committed before is not looked for in a run (P3)": {
    file: "src/state/join.ts",
    find: "inFlight && inFlight.seq <= seq && !seen",
    replace: "false",
  },
  "what was committed before is sent again on top of a content (S6)": {
    file: "src/state/join.ts",
    find: "if (inFlight && inFlight.seq <= seq) fold(turn, inFlight);",
    replace: "",
  },
  "one's own change is taken for someone else's": {
    file: "src/state/receive.ts",
    find: "if (client !== this.#turn.state.client) return null;",
    replace: "return null;",
  },
  "the wrong side has priority (P5)": {
    file: "src/delta/transform.ts",
    find: "{ a: transform(b, a, false), b: transform(a, b, true) }",
    replace: "{ a: transform(b, a, true), b: transform(a, b, false) }",
  },
  "two ops are in flight (S1)": {
    file: "src/state/edit.ts",
    find: "turn.state.inFlight ?? next(turn)",
    replace: "next(turn) ?? turn.state.inFlight",
  },
  "an unanswered op is not sent again": {
    file: "src/state/join.ts",
    find: "inFlight && { ...inFlight, sent: false }",
    replace: "inFlight",
  },
  "an op is sent again under a new number": {
    file: "src/state/step.ts",
    find: "inFlight: unsent(inFlight) });\n  turn.refused(code, text);\n  turn.emit",
    replace:
      "inFlight: inFlight && { ...inFlight, seq: inFlight.seq + 1, sent: false } });\n  turn.emit",
  },
  "the op in flight meets a run instead of its parts (P5)": {
    file: "src/state/receive.ts",
    find: "  for (const change of changes) {",
    replace: `  const run = changes.some((c) => c.client === turn.state.client) ? [] : changes;
  const whole = run.length > 1 && [{
    ...run[run.length - 1], from: run[0].rev - 1, op: composeAll(run.map((c) => c.op)),
  }];
  for (const change of whole || changes) {`,
  },
  "a lost base is not noticed": {
    file: "src/state/join.ts",
    find: "place.epoch !== epoch &&",
    replace: "false &&",
  },
  "a prediction is not checked (S9)": {
    file: "src/state/receive.ts",
    find: "own && !equal(op, own.op)",
    replace: "own && false",
  },
  "edits are dropped with a lost base (S6)": {
    file: "src/state/join.ts",
    find: "    buffer: rest.ops,",
    replace: "    buffer: [],",
  },
  "cursors are not moved (S7)": {
    file: "src/state/receive.ts",
    find: "    moveAll(this.#turn, change);",
    replace: "",
  },
  "an author's cursor moves like anyone's (S7)": {
    file: "src/state/presence.ts",
    find: "client === change.client",
    replace: "false",
  },
  "nothing is retried (S2)": {
    file: "src/state/step.ts",
    find: "turn.set({ held: false });",
    replace: "",
  },
  "access that comes back is not used": {
    file: "src/state/step.ts",
    find: "return turn.set({ access: received.access });",
    replace: "return;",
  },
};

describe("the simulated worlds notice when", () => {
  it.each(Object.entries(mutants))("%s", async (_, mutant) => {
    expect(await killer(await load("world.ts", mutant), 2_000)).not.toBeNull();
  });

  it("nothing is wrong, and keep silent", async () => {
    expect(await killer(await load("world.ts"), 50)).toBeNull();
  });
});
