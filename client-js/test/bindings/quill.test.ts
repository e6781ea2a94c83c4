// @vitest-environment jsdom

import type Quill from "quill";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type BindingOptions, bindQuill } from "../../src/bindings/quill.ts";
import type { Document as Doc } from "../../src/document.ts";
import { Office } from "../support/office.ts";
import { type Person, playScript } from "./script.ts";

let Editor: typeof Quill;

beforeAll(async () => {
  // jsdom has no layout: every box is empty, at the same place.
  const box = (): DOMRect => new DOMRect();
  Range.prototype.getBoundingClientRect = box;
  Range.prototype.getClientRects = () => [box()] as unknown as DOMRectList;
  ({ default: Editor } = await import("quill"));
});

function editor(): Quill {
  const container = document.createElement("div");
  document.body.append(container);
  const quill = new Editor(container);
  // As many a toolbar does. Quill tells the selection then before it tells the edit.
  quill.on("editor-change", () => quill.getSelection());
  return quill;
}

function bind(doc: Doc, options?: BindingOptions, quill = editor()): Person {
  const dispose = bindQuill(doc, quill, options);
  return {
    type(at, text, gone = 0) {
      const ops = [{ retain: at }, { insert: text }, { delete: gone }];
      quill.updateContents(
        ops.filter(({ retain, delete: d }) => retain !== 0 && d !== 0),
        "user",
      );
    },
    enter(text) {
      const caret = document.getSelection() as Selection;
      const [node, at] = [caret.focusNode as Text, caret.focusOffset];
      node.insertData(at, text);
      caret.collapse(node, at + text.length);
      quill.update();
    },
    select: (from, to) => quill.setSelection(from, to - from, "user"),
    get selection() {
      const { index, length } = quill.getSelection() ?? { index: -1, length: 0 };
      return [index, index + length] as const;
    },
    get text() {
      return quill.getText();
    },
    get editable() {
      return quill.isEnabled();
    },
    get carets() {
      const names = quill.container.querySelectorAll(".coscribe-name");
      return [...names].map((name) => name.textContent ?? "");
    },
    async compose(begin) {
      const name = begin ? "compositionstart" : "compositionend";
      quill.root.querySelector("p")?.dispatchEvent(new Event(name, { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve));
    },
    undo: () => dispose.history.undo(),
    dispose,
  };
}

describe("Quill", () => {
  playScript({ type: "rich-text", bind });

  it("keeps formats and embeds", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const [quill, other] = [editor(), editor()];
    bind(ann, {}, quill);
    bind(bob, {}, other);
    office.settle();
    quill.insertText(0, "bold", { bold: true }, "user");
    quill.insertEmbed(4, "image", "data:image/gif;base64,R0lGOD", "user");
    quill.formatLine(0, 1, "header", 2, "user");
    office.settle();
    expect(other.getContents().ops).toEqual([
      { insert: "bold", attributes: { bold: true } },
      { insert: { image: "data:image/gif;base64,R0lGOD" } },
      { insert: "\n", attributes: { header: 2 } },
    ]);
    expect(bob.content).toEqual(ann.content);
    expect(quill.getContents().ops).toEqual(ann.content);
  });

  it("shows the newline that stays when a program deletes all", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const quill = editor();
    const person = bind(ann, {}, quill);
    office.settle();
    person.type(0, "all");
    quill.formatLine(0, 1, "header", 2, "user");
    office.settle();
    quill.deleteText(0, quill.getLength(), "user");
    office.settle();
    expect([ann.content, bob.content]).toEqual([[{ insert: "\n" }], [{ insert: "\n" }]]);
    expect(quill.getContents().ops).toEqual(ann.content);
    person.undo();
    office.settle();
    expect(bob.content).toEqual([{ insert: "all" }, { insert: "\n", attributes: { header: 2 } }]);
    expect(quill.getContents().ops).toEqual(bob.content);
  });

  it("shows a last newline that went and came back (P8)", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const quill = editor();
    bind(ann, {}, quill);
    office.settle();
    bob.submit([{ insert: "all" }]);
    office.settle();
    office.server.rest(() => [{ delete: 4 }]);
    office.settle();
    expect(ann.content).toEqual([{ insert: "\n" }]);
    expect(quill.getContents().ops).toEqual(ann.content);
    office.server.rest(() => [{ insert: "more" }, { delete: 1 }]);
    office.settle();
    expect(quill.getContents().ops).toEqual(ann.content);
    expect(quill.getText()).toBe("more\n");
  });

  it("undoes the person's own edits only", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const quill = editor();
    bind(ann, {}, quill);
    office.settle();
    quill.insertText(0, "mine", "user");
    office.settle();
    bob.submit([{ insert: "theirs " }]);
    office.settle();
    quill.history.undo();
    office.settle();
    expect(quill.getText()).toBe("theirs \n");
    expect(bob.content).toEqual(ann.content);
  });

  describe("with an embed that it does not know", () => {
    const mention = { insert: { mention: { id: 1 } } };

    function play(): { told: string[]; ann: Doc; bob: Doc; office: Office; quill: Quill } {
      const office = new Office("rich-text");
      const [ann, bob] = [office.open("ann").document, office.open("bob").document];
      const told: string[] = [];
      ann.on("error", ({ code }) => told.push(`error: ${code}`));
      const quill = editor();
      const tell = (what: string) => (error: Error) => told.push(`${what}: ${error.message}`);
      bind(ann, { onFailed: tell("failed"), onRefused: tell("refused") }, quill);
      return { told, ann, bob, office, quill };
    }

    const why = "the editor cannot show the document: [Parchment] Unable to create mention blot";

    it("is disabled and says why, and what was typed before is saved", () => {
      const { told, ann, bob, office, quill } = play();
      office.settle();
      quill.insertText(0, "typed", "user");
      bob.submit([{ insert: "a" }, mention, { insert: "b" }]);
      office.settle();
      expect(told).toEqual([`failed: ${why}`, "error: not_shown"]);
      expect(quill.isEnabled()).toBe(false);
      expect(ann.status.name).toBe("saved");
      expect(bob.content).toEqual([{ insert: "typeda" }, mention, { insert: "b\n" }]);
      expect(ann.content).toEqual(bob.content);
    });

    it("takes nothing in silence from then on, whatever the document does", () => {
      const { told, ann, bob, office, quill } = play();
      office.settle();
      bob.submit([mention]);
      office.settle();
      bob.submit([{ delete: 1 }, { insert: "more" }]);
      office.settle();
      expect(quill.isEnabled()).toBe(false);
      expect(told.length).toBe(2);
      quill.insertText(0, "by a program");
      expect(told.slice(2)).toEqual([`refused: ${why}`]);
      expect(ann.content).toEqual([{ insert: "more\n" }]);
    });

    it("is disabled from the start where the document has it already", () => {
      const { ann, bob, office } = play();
      office.settle();
      bob.submit([{ insert: "a" }, mention]);
      office.settle();
      const told: string[] = [];
      const second = bind(ann, { onFailed: ({ code }) => told.push(code) });
      expect(told).toEqual(["not_shown"]);
      expect(second.editable).toBe(false);
      second.dispose();
    });
  });

  it("goes on where a listener of the application throws, and hides it not", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const quill = editor();
    const person = bind(ann, {}, quill);
    office.settle();
    quill.on("text-change", () => {
      throw new Error("not ours");
    });
    const later = vi.spyOn(globalThis, "queueMicrotask").mockReturnValue();
    bob.submit([{ insert: "shown" }]);
    office.settle();
    expect(later.mock.calls[0]?.[0]).toThrow("not ours");
    later.mockRestore();
    expect(person.text).toBe("shown\n");
    expect(person.editable).toBe(true);
  });
});
