import { describe, expect, it } from "vitest";
import { play } from "./journal.ts";
import { load } from "./mutate.ts";

// SIM_SEEDS and SIM_FIRST make another run of it: npm run simulate.
const seeds = Number(process.env.SIM_SEEDS ?? 10_000);
const first = Number(process.env.SIM_FIRST ?? 1);

describe("tabs that crash and come back lose nothing and repeat nothing", () => {
  it(`in ${seeds} worlds from ${first}`, { timeout: 60_000 + 50 * seeds }, async () => {
    const bundled = await load("journal.ts"); // runs three times as fast as what vitest makes
    const failed: string[] = [];
    for (let seed = first; seed < first + seeds && failed.length < 5; seed++) {
      try {
        await bundled.play(seed);
      } catch (error) {
        failed.push((error as Error).message);
      }
    }
    expect(failed).toEqual([]);
  });

  // Each was wrong once.
  it.each([
    [769, "put out again and again, a client has to ask the person"],
    [946, "the same, as one that sends for another"],
  ])("in world %i: %s", (seed) => play(seed));
});
