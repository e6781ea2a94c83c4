import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delta } from "../../src/delta/index.ts";
import type { ContentChange, Document } from "../../src/document.ts";
import { UndoStack } from "../../src/undo/index.ts";
import { Office } from "../support/office.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const text = ({ content }: Document): string => content.map(({ insert }) => insert).join("");

/** Ann has a stack, Bob is someone else. */
function start(begin = "", type: "text" | "rich-text" = "text") {
  const office = new Office(type);
  const { document: ann, session } = office.open("ann");
  const bob = office.open("bob").document;
  office.settle();
  if (begin) ann.submit([{ insert: begin }]);
  office.settle();
  const stack = new UndoStack(ann);
  return { office, ann, bob, session, stack };
}

function put(document: Document, at: number, insert: string, gone = 0, origin?: unknown): void {
  const parts: Delta = [{ retain: at }, { insert }, { delete: gone }];
  const real = parts.filter((op) => Object.values(op)[0] !== 0 && Object.values(op)[0] !== "");
  document.submit(real, origin);
}

const pause = (): void => void vi.advanceTimersByTime(501);

describe("a group of edits", () => {
  it("is what is typed in one go", () => {
    const { ann, stack } = start();
    for (const [i, c] of [..."hello"].entries()) {
      put(ann, i, c);
      vi.advanceTimersByTime(499);
    }
    expect(stack.undo()).toBe(true);
    expect([text(ann), stack.canUndo]).toEqual(["", false]);
    stack.redo();
    expect(text(ann)).toBe("hello");
  });

  it.each<[string, (ann: Document, stack: UndoStack) => void, string]>([
    ["a pause", (ann) => [pause(), put(ann, 2, "c")], "ab"],
    ["another place", (ann) => put(ann, 0, "c"), "ab"],
    ["a new line", (ann) => put(ann, 2, "\n"), "ab"],
    ["a deletion", (ann) => put(ann, 1, "", 1), "ab"],
    ["what was pasted", (ann) => put(ann, 2, "pasted ".repeat(4)), "ab"],
    ["cut()", (ann, stack) => [stack.cut(), put(ann, 2, "c")], "ab"],
  ])("ends with %s", (_, act, left) => {
    const { ann, stack } = start();
    put(ann, 0, "a");
    put(ann, 1, "b");
    act(ann, stack);
    stack.undo();
    expect(text(ann)).toBe(left);
    stack.undo();
    expect(text(ann)).toBe("");
  });

  it("takes a new line along with what follows it", () => {
    const { ann, stack } = start();
    for (const [i, c] of [..."a\nbc"].entries()) put(ann, i, c);
    stack.undo();
    expect(text(ann)).toBe("a");
  });

  it("is what is deleted in one go, in either direction", () => {
    const { ann, stack } = start("hello");
    pause();
    for (const at of [2, 1, 1]) put(ann, at, "", 1);
    expect(text(ann)).toBe("ho");
    stack.undo();
    expect(text(ann)).toBe("hello");
  });

  it("goes on while an input method replaces what it composes", () => {
    const { ann, stack } = start("あ");
    put(ann, 1, "n");
    put(ann, 1, "に", 1);
    put(ann, 1, "にほ", 1);
    put(ann, 1, "日本", 2);
    stack.undo();
    expect(text(ann)).toBe("あ");
  });

  it("has as many places as there are carets", () => {
    const { ann, stack } = start("a\na");
    ann.submit([{ insert: "x" }, { retain: 2 }, { insert: "x" }]);
    ann.submit([{ retain: 1 }, { insert: "y" }, { retain: 3 }, { insert: "y" }]);
    expect(text(ann)).toBe("xya\nxya");
    stack.undo();
    expect(text(ann)).toBe("a\na");
  });

  it("goes on where others have moved it", () => {
    const { office, ann, bob, stack } = start("0");
    put(ann, 1, "a");
    put(bob, 0, "bob ");
    office.settle();
    put(ann, 6, "b");
    stack.undo();
    expect(text(ann)).toBe("bob 0");
  });

  it("stands alone where it formats or embeds", () => {
    const { ann, stack } = start("ab", "rich-text");
    ann.submit([{ retain: 1, attributes: { bold: true } }]);
    ann.submit([{ retain: 1, attributes: { italic: true } }]);
    ann.submit([{ retain: 2 }, { insert: { image: "x" } }]);
    stack.undo();
    stack.undo();
    expect(ann.content[0]).toEqual({ insert: "a", attributes: { bold: true } });
  });
});

describe("the caret", () => {
  const carets = (ann: Document): unknown[] => {
    const seen: unknown[] = [];
    ann.on("change", ({ origin, cursor }: ContentChange) => {
      if (origin instanceof UndoStack) seen.push(cursor);
    });
    return seen;
  };

  it("comes back to what was selected before, and behind what is done again", () => {
    const { ann, stack } = start("hello world");
    const seen = carets(ann);
    pause();
    ann.setCursor([6, 11]);
    put(ann, 6, "x", 5);
    put(ann, 7, "y");
    stack.undo();
    stack.redo();
    stack.undo();
    expect(seen).toEqual([
      [6, 11],
      [8, 8],
      [6, 11],
    ]);
  });

  it("moves with what others do", () => {
    const { office, ann, bob, stack } = start("hello");
    const seen = carets(ann);
    ann.setCursor([1, 4]);
    put(ann, 1, "", 3);
    put(bob, 0, "bob ");
    office.settle();
    stack.undo();
    expect([text(ann), seen]).toEqual(["bob hello", [[5, 8]]]);
  });

  it("stays on what is formatted", () => {
    const { ann, stack } = start("hello", "rich-text");
    const seen = carets(ann);
    ann.setCursor([1, 3]);
    ann.submit([{ retain: 1 }, { retain: 2, attributes: { bold: true } }]);
    stack.undo();
    stack.redo();
    expect(seen).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  it("is where a binding says, and at the change where nobody knows", () => {
    const { ann } = start("hello");
    const seen = carets(ann);
    const told = new UndoStack(ann, { origin: "a", cursor: () => [4, 4] });
    const silent = new UndoStack(ann, { origin: "b", cursor: () => null });
    put(ann, 0, "x", 0, "a");
    told.undo();
    put(ann, 1, "", 2, "b");
    silent.undo();
    expect(seen).toEqual([
      [4, 4],
      [3, 3],
    ]);
  });
});

describe("the newline at the end", () => {
  const title: Delta = [{ insert: "ab" }, { insert: "\n", attributes: { header: 1 } }];
  function open() {
    const desks = start("", "rich-text");
    desks.ann.submit([{ insert: "ab" }, { retain: 1, attributes: { header: 1 } }]);
    pause();
    desks.office.settle();
    return desks;
  }

  it.each<[string, Delta, Delta]>([
    ["deleted", [{ delete: 3 }], [{ insert: "\n" }]],
    ["deleted alone", [{ retain: 2 }, { delete: 1 }], [{ insert: "ab\n" }]],
    ["written over", [{ insert: "x" }, { delete: 3 }], [{ insert: "x\n" }]],
    ["written behind", [{ retain: 3 }, { insert: "x" }], [...title, { insert: "x\n" }]],
  ])("is there once when it is %s, and that is undone", (_, delta, after) => {
    for (const settles of [true, false]) {
      const { office, ann, bob, stack } = open();
      const seen: Delta[] = [];
      const off = ann.on("change", (change) => seen.push(change.delta));
      expect([ann.submit(delta)]).toEqual(seen);
      off();
      expect(ann.content).toEqual(after);
      if (settles) office.settle();
      stack.undo();
      expect(ann.content).toEqual(title);
      if (settles) office.settle();
      stack.redo();
      expect(ann.content).toEqual(after);
      stack.undo();
      office.settle();
      expect([ann.content, bob.content]).toEqual([title, title]);
    }
  });

  it("is there once when two people delete it", () => {
    const { office, ann, bob, stack } = open();
    ann.submit([{ delete: 3 }]);
    bob.submit([{ retain: 1 }, { delete: 2 }]);
    office.settle();
    expect([ann.content, bob.content]).toEqual([[{ insert: "\n" }], [{ insert: "\n" }]]);
    stack.undo();
    office.settle();
    expect([text(ann), text(bob)]).toEqual(["ab\n", "ab\n"]);
  });

  it("stays while others need it", () => {
    const { office, ann, bob, stack } = open();
    ann.submit([{ retain: 3 }, { insert: "x" }]);
    pause();
    ann.submit([{ retain: 5 }, { insert: "y" }]);
    office.settle();
    bob.submit([{ retain: 3 }, { delete: 2 }, { insert: "bob" }]);
    office.settle();
    expect(text(ann)).toBe("ab\nboby\n");
    stack.undo();
    office.settle();
    expect(text(ann)).toBe("ab\nbob\n");
    bob.submit([{ retain: 3 }, { delete: 4 }]);
    office.settle();
    expect(text(ann)).toBe("ab\n");
    expect(stack.undo()).toBe(true);
    expect(text(ann)).toBe("\n");
  });
});

describe("a stack", () => {
  it("leaves what others typed into one's text, and brings back around it what was deleted", () => {
    const { office, ann, bob, stack } = start("0123");
    put(ann, 4, "mine");
    office.settle();
    put(bob, 6, "BOB");
    office.settle();
    put(ann, 1, "", 2);
    put(bob, 2, "X");
    office.settle();
    stack.undo();
    stack.undo();
    office.settle();
    expect([text(ann), text(bob)]).toEqual(["0X123BOB", "0X123BOB"]);
  });

  it("leaves formats that others have set since", () => {
    const { office, ann, bob, stack } = start("ab", "rich-text");
    ann.submit([{ retain: 2, attributes: { size: 1, bold: true } }]);
    office.settle();
    bob.submit([{ retain: 1, attributes: { size: 2 } }]);
    office.settle();
    stack.undo();
    expect(ann.content).toEqual([{ insert: "a", attributes: { size: 2 } }, { insert: "b\n" }]);
  });

  it("has nothing left where others deleted all of it", () => {
    const { office, ann, bob, stack } = start("a");
    const told: unknown[] = [];
    stack.on("change", (can) => told.push(can));
    put(ann, 1, "b");
    office.settle();
    put(bob, 0, "", 2);
    office.settle();
    expect(stack.canUndo).toBe(false);
    expect(told).toEqual([
      { canUndo: true, canRedo: false },
      { canUndo: false, canRedo: false },
    ]);
  });

  it("undoes the edits of its origin alone", () => {
    const { ann } = start("0");
    const [left, right] = [1, 2].map((origin) => new UndoStack(ann, { origin }));
    put(ann, 0, "left ", 0, 1);
    put(ann, 6, " right", 0, 2);
    put(ann, 0, "else ");
    left?.undo();
    expect(text(ann)).toBe("else 0 right");
    right?.undo();
    left?.redo();
    expect(text(ann)).toBe("else left 0");
    expect([left?.canUndo, right?.canUndo, right?.canRedo]).toEqual([true, false, true]);
  });

  it("forgets what was undone at the next edit, not at another's", () => {
    const { office, ann, bob, stack } = start("");
    put(ann, 0, "a");
    stack.undo();
    put(bob, 0, "B");
    office.settle();
    expect(stack.canRedo).toBe(true);
    put(ann, 0, "c");
    expect([stack.redo(), stack.canRedo, text(ann)]).toEqual([false, false, "cB"]);
  });

  it("begins a group after an undo", () => {
    const { ann, stack } = start("");
    put(ann, 0, "a");
    pause();
    put(ann, 1, "b");
    stack.undo();
    put(ann, 1, "c");
    stack.undo();
    expect(text(ann)).toBe("a");
  });

  it("waits while the document takes no edits", () => {
    const { ann, stack } = start("");
    put(ann, 0, "a");
    ann.dispatch({ type: "message", message: { t: "access", doc: ann.id, access: "read" } });
    expect([stack.undo(), stack.canUndo, text(ann)]).toEqual([false, true, "a"]);
    ann.dispatch({ type: "message", message: { t: "access", doc: ann.id, access: "write" } });
    expect([stack.undo(), text(ann)]).toEqual([true, ""]);
  });

  it("says why an undo is not possible, and keeps it", () => {
    const { ann, stack } = start("");
    put(ann, 0, "a".repeat(100));
    put(ann, 0, "", 100);
    const errors: unknown[] = [];
    ann.on("error", ({ code }) => errors.push(code));
    const { limits } = ann.state;
    ann.dispatch({ type: "limits", limits: { ...limits, document: 50 } });
    expect([stack.undo(), stack.canUndo, errors]).toEqual([false, true, ["too_large"]]);
  });

  it("does nothing for a listener that hears of a change before it does", () => {
    const { office, ann, bob } = start("");
    const answers: boolean[] = [];
    ann.on("change", ({ local }) => local || answers.push(stack.undo()));
    const stack = new UndoStack(ann);
    put(ann, 0, "a");
    put(bob, 0, "B");
    office.settle();
    expect([answers, text(ann)]).toEqual([[false], "aB"]);
    expect([stack.undo(), text(ann)]).toEqual([true, "B"]);
  });

  it("is empty after the document was begun again", () => {
    const { office, ann, stack } = start("");
    put(ann, 0, "a");
    ann.dispatch({ type: "block", code: "too_large" });
    expect([stack.undo(), stack.canUndo]).toEqual([false, true]);
    ann.reopen();
    office.settle();
    expect([text(ann), stack.canUndo]).toEqual(["", false]);
  });

  it("keeps so many groups and no more", () => {
    const { ann } = start("");
    const stack = new UndoStack(ann, { depth: 3 });
    for (let i = 0; i < 5; i++) {
      put(ann, i, String(i));
      stack.cut();
    }
    while (stack.undo());
    expect(text(ann)).toBe("01");
  });

  it("records nothing after its end", () => {
    const { ann, stack } = start("");
    put(ann, 0, "a");
    stack.close();
    put(ann, 0, "b");
    expect([stack.canUndo, stack.undo()]).toEqual([false, false]);
  });
});
