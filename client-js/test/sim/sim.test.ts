import { describe, expect, it } from "vitest";
import { play } from "./world.ts";

// SIM_SEEDS and SIM_FIRST make another run of it: npm run simulate.
const seeds = Number(process.env.SIM_SEEDS ?? 10_000);
const first = Number(process.env.SIM_FIRST ?? 1);

describe("clients over a bad network agree with the server and lose nothing", () => {
  it(`in ${seeds} worlds from ${first}`, { timeout: 60_000 + 50 * seeds }, () => {
    const failed: string[] = [];
    for (let seed = first; seed < first + seeds && failed.length < 5; seed++) {
      try {
        play(seed);
      } catch (error) {
        failed.push((error as Error).message);
      }
    }
    expect(failed).toEqual([]);
  });
});
