import { describe, expect, it } from "vitest";
import { joined, splices } from "../../src/bindings/splices.ts";
import type { Delta } from "../../src/delta/index.ts";
import { change, content, Random } from "../support/random.ts";

describe("splices", () => {
  it.each<[string, Delta, ReturnType<typeof splices>]>([
    ["inserts", [{ retain: 2 }, { insert: "x" }], [{ from: 2, to: 2, insert: "x" }]],
    ["deletes", [{ delete: 3 }], [{ from: 0, to: 3, insert: "" }]],
    [
      "replaces",
      [{ retain: 1 }, { insert: "xy" }, { delete: 3 }],
      [{ from: 1, to: 4, insert: "xy" }],
    ],
    [
      "does several things, by the places before all of them",
      [{ insert: "x" }, { retain: 2 }, { delete: 1 }, { retain: 1 }, { insert: "y" }],
      [
        { from: 0, to: 0, insert: "x" },
        { from: 2, to: 3, insert: "" },
        { from: 4, to: 4, insert: "y" },
      ],
    ],
  ])("%s", (_, delta, expected) => {
    expect(splices(delta)).toEqual(expected);
  });

  it("say what their delta says", () => {
    const random = new Random(5);
    for (let n = 0; n < 2000; n++) {
      const delta = change(random, content(random, false), false);
      expect(joined(splices(delta))).toEqual(delta);
    }
  });
});
