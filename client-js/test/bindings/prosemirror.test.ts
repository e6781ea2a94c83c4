// @vitest-environment jsdom

import { history } from "@tiptap/pm/history";
import type { Schema } from "prosemirror-model";
import { EditorState, Plugin, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { describe, expect, it } from "vitest";
import { bindProseMirror, redo, undo } from "../../src/bindings/prosemirror.ts";
import type { Delta } from "../../src/delta/index.ts";
import type { Document as Doc } from "../../src/document.ts";
import { fromDelta } from "../../src/prosemirror/index.ts";
import { classic, plain } from "../prosemirror/schemas.ts";
import { Office } from "../support/office.ts";
import { layOut } from "./layout.ts";

layOut();

function editor(schema: Schema = classic, plugins: Plugin[] = []): EditorView {
  const place = globalThis.document.createElement("div");
  globalThis.document.body.append(place);
  return new EditorView(place, { state: EditorState.create({ schema, plugins }) });
}

function play(plugins: Plugin[] = []): {
  office: Office;
  ann: Doc;
  bob: Doc;
  view: EditorView;
} {
  const office = new Office("rich-text");
  const [ann, bob] = [office.open("ann").document, office.open("bob").document];
  const view = editor(classic, plugins);
  bindProseMirror(ann, view);
  office.settle();
  return { office, ann, bob, view };
}

/** Types at a place of the tree, which becomes that of the caret. */
function type(view: EditorView, text: string, at: number): void {
  const { tr, doc } = view.state;
  view.dispatch(tr.setSelection(TextSelection.create(doc, at)).insertText(text));
}

const list: Delta = [
  { insert: "one" },
  { insert: "\n", attributes: { list: "bullet" } },
  { insert: "two" },
  { insert: "\n", attributes: { list: "bullet", indent: 1 } },
  { insert: "\n" },
];

describe("ProseMirror", () => {
  it("shows what others make of lines, and leaves the rest of the tree as it is", () => {
    const { office, bob, view } = play();
    bob.submit([{ insert: "first\n" }, ...list.slice(0, 4)]);
    office.settle();
    const { doc } = view.state;
    expect(doc.toString()).toBe(
      'doc(paragraph("first"), bullet_list(list_item(paragraph("one"), bullet_list(list_item(paragraph("two"))))), paragraph)',
    );
    bob.submit([{ insert: "the " }]);
    office.settle();
    expect(view.state.doc.child(1)).toBe(doc.child(1));
    expect(view.state.doc.child(0).textContent).toBe("the first");
  });

  it("applies a frame as one transaction", () => {
    const seen: number[] = [];
    const counting = new Plugin({
      view: () => ({
        update: ({ state }, before) => void (state.doc !== before.doc && seen.push(1)),
      }),
    });
    const { office, bob } = play([counting]);
    bob.submit([{ insert: "one\ntwo\nthree\n" }]);
    office.settle();
    bob.submit([{ insert: "zero\n" }, { retain: 8 }, { delete: 2 }, { insert: "!" }]);
    office.settle();
    expect(seen.length).toBe(2);
  });

  it("tells of several equal letters the one that was typed", () => {
    const { office, ann, bob, view } = play();
    bob.submit([{ insert: "aaaa" }]);
    office.settle();
    const deltas: Delta[] = [];
    ann.on("change", ({ delta }) => deltas.push(delta));
    type(view, "a", 3);
    expect(deltas).toEqual([[{ retain: 2 }, { insert: "a" }]]);
  });

  it("keeps the bold that was asked for before the next letter is typed", () => {
    const { office, bob, view } = play();
    const { strong } = classic.marks;
    view.dispatch(view.state.tr.addStoredMark(strong?.create() as never));
    bob.submit([{ insert: "> " }]);
    office.settle();
    view.dispatch(view.state.tr.insertText("b"));
    office.settle();
    expect(bob.content).toContainEqual({ insert: "b", attributes: { bold: true } });
  });

  it("undoes and does again, with the caret where it was", () => {
    const { office, bob, view } = play();
    type(view, "mine", 1);
    office.settle();
    bob.submit([{ insert: "theirs " }]);
    office.settle();
    const run = (command: typeof undo) => command(view.state, view.dispatch, view);
    expect(redo(view.state)).toBe(false);
    expect([undo(view.state), run(undo)]).toEqual([true, true]);
    expect(view.state.doc.textContent).toBe("theirs ");
    expect([redo(view.state), run(redo)]).toEqual([true, true]);
    expect(view.state.doc.textContent).toBe("theirs mine");
    expect(view.state.selection.head).toBe(12);
  });

  it("refuses a history beside its own", () => {
    const { ann } = play();
    expect(() => bindProseMirror(ann, editor(classic, [history()]))).toThrow("history of its own");
  });

  it("writes nothing by itself: neither its own form, nor what other plugins add", () => {
    const adding = new Plugin({
      appendTransaction: (_, __, { doc, tr, schema }) =>
        doc.lastChild?.textContent ? tr.insert(doc.content.size, schema.node("paragraph")) : null,
    });
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    office.settle();
    const odd: Delta = [{ insert: "a" }, { insert: "\n", attributes: { nest: "b", indent: "x" } }];
    bob.submit([...odd, { insert: "b" }]);
    office.settle();
    const view = editor(classic, [adding]);
    bindProseMirror(ann, view);
    bob.submit([{ insert: "> " }]);
    office.settle();
    expect(office.server.room.rev).toBe(2);
    expect(view.state.doc.textContent).toBe("> ab");
    expect(view.state.doc.eq(fromDelta(classic, ann.content))).toBe(true);
  });

  it("is disabled, and says why, where its schema cannot carry a document", () => {
    const office = new Office("rich-text");
    const [ann, bob] = [office.open("ann").document, office.open("bob").document];
    const told: string[] = [];
    const view = editor(plain);
    bindProseMirror(ann, view, { onFailed: ({ code, message }) => told.push(code, message) });
    office.settle();
    expect(view.editable).toBe(true);
    bob.submit([{ insert: "red", attributes: { color: "red" } }]);
    office.settle();
    expect(told).toEqual([
      "not_shown",
      "the editor cannot show the document: the editor's schema cannot carry the format color",
    ]);
    expect(view.editable).toBe(false);
    expect(office.server.room.rev).toBe(1);
  });

  it("leaves the editor as it was when it ends", () => {
    const office = new Office("rich-text");
    const { document } = office.open("ann");
    const view = editor();
    const before = view.state.plugins;
    const end = bindProseMirror(document, view);
    expect(view.editable).toBe(false);
    end();
    expect(view.state.plugins).toEqual(before);
    expect(view.editable).toBe(true);
    expect(document.state.own.state).toBe(null);
  });
});
