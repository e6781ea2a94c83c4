import { describe, expect, it } from "vitest";
import { Log } from "../../src/journal/log.ts";
import type { Store } from "../../src/journal/store.ts";
import { create } from "../../src/state/index.ts";

const state = create("d", "text", "c");
const key = { client: "c", doc: "d" };
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A store whose writes are done when the test says so. */
function slow() {
  const asked: string[] = [];
  const done: (() => void)[] = [];
  const write = (what: string): Promise<void> => {
    asked.push(what);
    return new Promise((resolve) => done.push(resolve));
  };
  const store = {
    append: (_key: unknown, record: string) => write(record),
    replace: () => write("snapshot"),
    remove: () => write("removed"),
  } as unknown as Store;
  return { store, asked, done };
}

describe("a log", () => {
  it("hands over what waits for its turn when the page goes, and answers once all of it is done", async () => {
    const { store, asked, done } = slow();
    const log = new Log(store, key, null, () => {});
    log.record({ type: "disconnected" }, state);
    await turn();
    done[0]?.(); // the log is begun
    await turn();
    log.record({ type: "disconnected" }, state);
    await turn();
    log.record({ type: "connected", client: "c" }, state);
    let durable = false;
    log.whenDurable(() => {
      durable = true;
    });
    await turn();
    expect(asked).toEqual(["snapshot", '[{"type":"disconnected"}]']);
    log.hurry();
    log.hurry();
    expect(asked.slice(2)).toEqual(['[{"type":"connected","client":"c"}]']);
    done[1]?.();
    await turn();
    expect(durable).toBe(false);
    done[2]?.();
    await turn();
    expect(durable).toBe(true);
    expect(asked).toHaveLength(3);
  });
});
