// @vitest-environment jsdom

import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { Plugin, PluginKey } from "prosemirror-state";
import { describe, expect, it, vi } from "vitest";
import { type BindingOptions, bindTiptap, Coscribe, toDelta } from "../../src/bindings/tiptap.ts";
import type { Document as Doc } from "../../src/document.ts";
import { Shown } from "../../src/prosemirror/shown.ts";
import { Office } from "../support/office.ts";
import { layOut } from "./layout.ts";
import { type Person, playScript } from "./script.ts";

layOut();

function editor(document: Doc | null = null, options: BindingOptions = {}): Editor {
  const element = globalThis.document.createElement("div");
  globalThis.document.body.append(element);
  return new Editor({
    element,
    extensions: [
      StarterKit.configure({ undoRedo: false, trailingNode: false }),
      Coscribe.configure({ document, ...options }),
    ],
  });
}

function bind(document: Doc, options: BindingOptions = {}): Person {
  const made = editor();
  const end = bindTiptap(document, made, options);
  const { view } = made;
  const shown = () => Shown.of(view.state.doc);
  const replace = (from: number, to: number, text: string): void => {
    view.dispatch(view.state.tr.insertText(text, from, to));
  };
  return {
    type(at, text, gone = 0) {
      replace(shown().positionOf(at), shown().positionOf(at + gone), text);
    },
    enter(text) {
      const { from, to } = view.state.selection;
      replace(from, to, text);
    },
    select: (from, to) => {
      made.commands.setTextSelection({
        from: shown().positionOf(from),
        to: shown().positionOf(to),
      });
    },
    get selection() {
      const { from, to } = view.state.selection;
      return [shown().offsetOf(from), shown().offsetOf(to)] as const;
    },
    get text() {
      return toDelta(view.state.doc)
        .map(({ insert }) => insert)
        .join("");
    },
    get editable() {
      return made.isEditable;
    },
    get carets() {
      const names = view.dom.querySelectorAll(".coscribe-name");
      return [...names].map((name) => name.textContent ?? "");
    },
    async compose(begin) {
      const name = begin ? "compositionstart" : "compositionend";
      view.dom.dispatchEvent(new CompositionEvent(name, { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, begin ? 0 : 200));
    },
    undo: () => end.history.undo(),
    dispose: end,
  };
}

describe("Tiptap", () => {
  playScript({ type: "rich-text", bind });

  function play(): { office: Office; ann: Doc; bob: Doc; made: Editor } {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const made = editor(ann);
    office.settle();
    return { office, ann, bob, made };
  }

  it("is bound by its extension", () => {
    const { office, ann, bob, made } = play();
    made.chain().insertContent("one").toggleBulletList().run();
    made.commands.splitListItem("listItem");
    made
      .chain()
      .insertContent("two")
      .sinkListItem("listItem")
      .toggleBold()
      .insertContent("!")
      .run();
    office.settle();
    expect(bob.content).toEqual([
      { insert: "one" },
      { insert: "\n", attributes: { list: "bullet" } },
      { insert: "two" },
      { insert: "!", attributes: { bold: true } },
      { insert: "\n", attributes: { list: "bullet", indent: 1 } },
    ]);
    expect(toDelta(made.state.doc)).toEqual(ann.content);
  });

  it("undoes the person's own edits only, by its commands", () => {
    const { office, bob, made } = play();
    expect(made.can().undo()).toBe(false);
    made.commands.insertContent("mine");
    office.settle();
    bob.submit([{ insert: "theirs " }]);
    office.settle();
    expect(made.can().undo()).toBe(true);
    expect(made.commands.undo()).toBe(true);
    office.settle();
    expect(made.getText()).toBe("theirs ");
    expect(made.chain().redo().run()).toBe(true);
    office.settle();
    expect(made.getText()).toBe("theirs mine");
    expect(made.state.selection.head).toBe(12);
  });

  it("lets go of the document when the editor is destroyed", async () => {
    const { office, ann, made } = play();
    ann.setCursor([0, 0]);
    made.destroy();
    await vi.waitFor(() => expect(ann.state.own.state).toBe(null));
    office.settle();
  });

  it("keeps what it has when another plugin comes or goes", async () => {
    const { office, bob, made } = play();
    made.commands.insertContent("mine");
    office.settle();
    const other = new Plugin({ key: new PluginKey("other") });
    made.registerPlugin(other);
    await Promise.resolve();
    bob.submit([{ insert: "theirs " }]);
    office.settle();
    expect(made.getText()).toBe("theirs mine");
    made.commands.undo();
    expect(made.getText()).toBe("theirs ");
  });

  it.each([
    ["undoRedo", { trailingNode: false }],
    ["trailingNode", { undoRedo: false }],
  ] as const)("refuses the extension %s", (name, options) => {
    const extensions = [StarterKit.configure(options), Coscribe];
    expect(() => new Editor({ element: document.createElement("div"), extensions })).toThrow(
      `the extension ${name} has to be off`,
    );
  });

  it("keeps what it cannot show, through copy and paste too", () => {
    const { office, ann, bob, made } = play();
    const content = [
      { insert: "a", attributes: { color: "red" } },
      { insert: { mention: { id: 1 } } },
      { insert: "\n", attributes: { align: "center" } },
    ];
    bob.submit([...content]);
    office.settle();
    expect(ann.content).toEqual([...content, { insert: "\n" }]);
    expect(toDelta(made.state.doc)).toEqual(ann.content);
    const again = editor();
    again.commands.setContent(made.getHTML());
    expect(toDelta(again.state.doc)).toEqual(ann.content);
  });
});
