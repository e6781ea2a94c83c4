// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { applied, replaced } from "../../src/bindings/replaced.ts";
import { type BindingOptions, bindTextarea } from "../../src/bindings/textarea.ts";
import type { Document as Doc } from "../../src/document.ts";
import { Random, text } from "../support/random.ts";
import { type Person, playScript } from "./script.ts";

function bind(document: Doc, options?: BindingOptions): Person {
  const textarea = globalThis.document.createElement("textarea");
  const parent = globalThis.document.createElement("div");
  globalThis.document.body.append(parent);
  parent.append(textarea);
  const dispose = bindTextarea(document, textarea, options);
  return {
    type(at, inserted, gone = 0) {
      textarea.setRangeText(inserted, at, at + gone, "end");
      textarea.dispatchEvent(new Event("input"));
    },
    enter(inserted) {
      textarea.setRangeText(inserted, textarea.selectionStart, textarea.selectionEnd, "end");
      globalThis.document.dispatchEvent(new Event("selectionchange"));
      textarea.dispatchEvent(new Event("input"));
    },
    select(from, to) {
      textarea.focus();
      textarea.setSelectionRange(from, to);
      globalThis.document.dispatchEvent(new Event("selectionchange"));
    },
    get selection() {
      return [textarea.selectionStart, textarea.selectionEnd] as const;
    },
    get text() {
      return textarea.value;
    },
    get editable() {
      return !textarea.readOnly;
    },
    get carets() {
      return [...parent.querySelectorAll(".coscribe-name")].map((name) => name.textContent ?? "");
    },
    async compose(begin) {
      textarea.dispatchEvent(new Event(begin ? "compositionstart" : "compositionend"));
    },
    undo: () => dispose.history.undo(),
    dispose,
  };
}

describe("a textarea", () => {
  playScript({ type: "text", bind });
});

describe("replaced", () => {
  it.each([
    ["types at the caret among equal letters", "aaa", "aaaa", 2, [{ retain: 1 }, { insert: "a" }]],
    ["deletes backwards among equal letters", "aaa", "aa", 1, [{ retain: 1 }, { delete: 1 }]],
    ["types over a selection", "abc", "axc", 2, [{ retain: 1 }, { insert: "x" }, { delete: 1 }]],
    ["sees nothing where nothing is", "abc", "abc", 1, []],
    ["keeps pairs whole", "a😀b", "a😁b", 3, [{ retain: 1 }, { insert: "😁" }, { delete: 2 }]],
    ["keeps pairs whole that end alike", "𝒕", "👒", 2, [{ insert: "👒" }, { delete: 2 }]],
  ])("%s", (_, before, after, caret, delta) => {
    expect(replaced(before, after, caret)).toEqual(delta);
  });

  it("is undone by nothing: applied, it gives what there is", () => {
    const random = new Random(3);
    for (let i = 0; i < 3000; i++) {
      const [before, after] = [text(random), text(random)];
      const delta = replaced(before, after, random.below(after.length + 1));
      expect(applied(before, delta)).toBe(after);
    }
  });
});
