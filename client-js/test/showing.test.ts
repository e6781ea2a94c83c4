import { describe, expect, it } from "vitest";
import { Showing } from "../src/showing.ts";

const nobody = { cursor: null, state: null };

describe("of several on a page that show something", () => {
  it("the others see the one that moved its cursor last", () => {
    const showing = new Showing();
    showing.set("a", { state: { name: "A" } });
    showing.set("a", { cursor: [1, 1] });
    showing.set("b", { state: { name: "B" } });
    expect(showing.one).toEqual({ cursor: [1, 1], state: { name: "A" } });
    showing.set("b", { cursor: [2, 2] });
    expect(showing.one).toEqual({ cursor: [2, 2], state: { name: "B" } });
    showing.set("a", { cursor: [3, 3] });
    expect(showing.one).toEqual({ cursor: [3, 3], state: { name: "A" } });
  });

  it("each takes back its own, and what is left is where the text has taken it", () => {
    const showing = new Showing();
    showing.set("a", { cursor: [2, 4], state: { name: "A" } });
    showing.set("b", { cursor: [9, 9], state: { name: "B" } });
    showing.move([{ retain: 2 }, { insert: "xy" }], false);
    showing.move([{ delete: 1 }], true);
    showing.set("b", { state: null });
    expect(showing.one).toEqual({ cursor: [1, 5], state: { name: "A" } });
    showing.set("c", { state: null });
    expect(showing.one).toEqual({ cursor: [1, 5], state: { name: "A" } });
    showing.set("a", { state: null });
    expect(showing.one).toEqual(nobody);
  });

  it("one without a state has that of another", () => {
    const showing = new Showing();
    showing.set(undefined, { state: { name: "the person" } });
    showing.set("a", { cursor: [1, 1] });
    expect(showing.one).toEqual({ cursor: [1, 1], state: { name: "the person" } });
    showing.set("a", { state: null });
    expect(showing.one).toEqual({ cursor: null, state: { name: "the person" } });
  });

  it("what is shown without an origin stands in place of all", () => {
    const showing = new Showing();
    showing.set("a", { cursor: [1, 1], state: { name: "A" } });
    showing.set(undefined, { state: { name: "renamed" } });
    expect(showing.one).toEqual({ cursor: [1, 1], state: { name: "renamed" } });
    showing.set(undefined, { cursor: null });
    expect(showing.one).toEqual({ cursor: null, state: { name: "renamed" } });
    showing.set("a", { cursor: [2, 2] });
    showing.set(undefined, { state: null });
    expect(showing.one).toEqual(nobody);
  });
});
