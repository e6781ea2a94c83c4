import { describe, expect, it } from "vitest";
import { killer, load, type Mutant } from "./mutate.ts";

const log = "src/journal/log.ts";
const journal = "src/journal/journal.ts";

const mutants: Record<string, Mutant> = {
  "an op is sent before it is kept (S2)": {
    file: "src/document.ts",
    find: "    this.#tape.whenDurable(() => {",
    replace: "    ((now: () => void) => now())(() => {",
  },
  "a tab goes on as another one that is open": {
    file: journal,
    find: "if (!release) return null;",
    replace: "",
  },
  "what was left by a client that is gone is not looked for": {
    file: journal,
    find: "return found.flatMap((one) => {",
    replace: "return [].flatMap((one: Found) => {",
  },
  "what happened is replayed twice": {
    file: log,
    find: "records.flatMap(events)",
    replace: "[...records, ...records].flatMap(events)",
  },
  "what happened after the snapshot is not replayed": {
    file: log,
    find: "records.flatMap(events)",
    replace: "records.slice(0, 0).flatMap(events)",
  },
  "the op in flight is forgotten": {
    file: log,
    find: "restore({ ...state, client }",
    replace: "restore({ ...state, client, inFlight: null }",
  },
  "it gets another number": {
    file: log,
    find: "restore({ ...state, client }",
    replace: `restore({ ...state, client, inFlight: state.inFlight && { ...state.inFlight, seq: 0 } }`,
  },
  "a snapshot lacks what was not sent": {
    file: log,
    find: "JSON.stringify(this.#latest)",
    replace: "JSON.stringify({ ...this.#latest, buffer: [] })",
  },
  "a log begins without a snapshot": {
    file: log,
    find: "  #fresh = true;\n  #wiping",
    replace: "  #fresh = false;\n  #wiping",
  },
  "of what comes at once only the first is kept": {
    file: log,
    find: 'this.#queue.join(",")',
    replace: "this.#queue[0]",
  },
  "connections are not kept, by which the op in flight is known": {
    file: log,
    find: 'case "present":',
    replace: 'case "present":\n    case "connected":',
  },
  "a record that is cut off spoils the log": {
    file: log,
    find: "return [];",
    replace: 'throw new Error("unreadable");',
  },
  "what may not be read any more is kept": {
    file: "src/document.ts",
    find: "this.#queue.push(() => this.#tape?.wipe());",
    replace: "this.#queue.push(() => {});",
  },
  "it is wiped without a draft": {
    file: "src/state/status.ts",
    find: "draft: draft(state, reason)",
    replace: 'draft: reason === "forbidden" ? null : draft(state, reason)',
  },
  "a log that lacks its end is taken for whole": {
    file: "src/state/join.ts",
    find: "place && seq > known(turn) &&",
    replace: "false &&",
  },
};

// A fault that shows in few worlds takes long on a machine that is busy.
describe("the worlds with journals notice when", { timeout: 600_000 }, () => {
  it.each(Object.entries(mutants))("%s", async (_, mutant) => {
    expect(await killer(await load("journal.ts", mutant), 4_000)).not.toBeNull();
  });

  it("nothing is wrong, and keep silent", async () => {
    expect(await killer(await load("journal.ts"), 50)).toBeNull();
  });
});
