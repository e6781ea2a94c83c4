// @vitest-environment jsdom
import { history, redo, undo, undoDepth } from "@codemirror/commands";
import { EditorSelection, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { beforeAll, describe, expect, it } from "vitest";
import { bindCodeMirror } from "../../src/bindings/codemirror.ts";
import { Office } from "../support/office.ts";
import { layOut } from "./layout.ts";

beforeAll(layOut);

/** A bound editor, and a document beside it, both of a document with this text. */
function open(text: string, ...extensions: Extension[]) {
  const office = new Office("text");
  const [ann, bob] = [office.open("ann").document, office.open("bob").document];
  const view = new EditorView({ extensions, parent: document.body });
  const refused: string[] = [];
  const binding = bindCodeMirror(ann, view, { onRefused: ({ code }) => refused.push(code) });
  office.settle();
  if (text !== "") bob.submit([{ insert: text }]);
  office.settle();
  return { office, ann, bob, view, binding, refused };
}

const shown = ({ state }: EditorView): string => state.doc.sliceString(0, state.doc.length, "\n");

// Typing, carets and the rest are held by the conformance suite, in a browser.
describe("CodeMirror", () => {
  it("shows lines whatever they end with in the editor", () => {
    const { office, ann, bob, view } = open("a\nb", EditorState.lineSeparator.of("\r\n"));
    expect(view.state.doc.lines).toBe(2);
    view.dispatch({ changes: { from: 1, insert: view.state.toText("x\r\ny") } });
    bob.submit([{ retain: 3 }, { insert: "\n" }]);
    office.settle();
    expect(shown(view)).toBe("ax\ny\nb\n");
    expect(bob.content).toEqual([{ insert: "ax\ny\nb\n" }]);
    expect(ann.content).toEqual(bob.content);
  });

  it("undoes by its own history only, whoever calls for the editor's", () => {
    const { office, bob, view, binding } = open("one", history());
    view.dispatch({ changes: { from: 3, insert: " two" }, userEvent: "input.type" });
    expect(undoDepth(view.state)).toBe(0);
    expect(undo(view)).toBe(false);
    expect(redo(view)).toBe(false);
    bob.submit([{ insert: "zero " }]);
    office.settle();
    expect(binding.history.undo()).toBe(true);
    office.settle();
    expect(shown(view)).toBe("zero one");
    binding();
    view.dispatch({ changes: { from: 0, insert: "x" }, userEvent: "input.type" });
    expect(undoDepth(view.state)).toBe(1);
  });

  it("takes several transactions of one update together", () => {
    const { office, bob, view } = open("one two");
    const first = view.state.update({ changes: { from: 0, insert: "> " } });
    view.update([first, first.state.update({ changes: { from: 9, insert: "!" } })]);
    office.settle();
    expect(bob.content).toEqual([{ insert: "> one two!" }]);
  });

  it("takes all of them back where one is not possible", () => {
    const { office, ann, view, refused } = open("one");
    ann.dispatch({ type: "limits", limits: { message: 1600, document: 5, window: 10 } });
    const first = view.state.update({ changes: { from: 3, insert: " far too long" } });
    view.update([first, first.state.update({ changes: { from: 0, insert: "x" } })]);
    office.settle();
    expect(refused).toEqual(["too_large"]);
    expect(shown(view)).toBe("one");
    expect(ann.content).toEqual([{ insert: "one" }]);
  });

  it("takes one emoji in place of another, of which the editor changes a half", () => {
    const { office, ann, bob, view, refused } = open("a😀b");
    view.dispatch({ changes: { from: 2, to: 3, insert: "\uDE01" } });
    office.settle();
    expect(refused).toEqual([]);
    expect(bob.content).toEqual([{ insert: "a😁b" }]);
    view.dispatch({ changes: { from: 1, to: 2 } });
    office.settle();
    expect(refused).toEqual(["invalid_op"]);
    expect(shown(view)).toBe("a😁b");
    expect(ann.content).toEqual(bob.content);
  });

  it("keeps every one of several carets", () => {
    const { office, bob, view } = open("one two", EditorState.allowMultipleSelections.of(true));
    const ranges = [EditorSelection.cursor(3), EditorSelection.range(7, 4)];
    view.dispatch({ selection: EditorSelection.create(ranges, 1) });
    bob.submit([{ insert: "> " }]);
    office.settle();
    const { main } = view.state.selection;
    expect([view.state.selection.ranges[0]?.head, main.anchor, main.head]).toEqual([5, 9, 6]);
  });

  it("shows what others do although a filter of the editor forbids it", () => {
    const { office, bob, view } = open(
      "one",
      EditorState.changeFilter.of(() => false),
    );
    bob.submit([{ insert: "> " }]);
    office.settle();
    expect(shown(view)).toBe("> one");
  });

  it("is over when the view is destroyed", () => {
    const { office, bob, view, binding } = open("one");
    view.destroy();
    bob.submit([{ insert: "> " }]);
    office.settle();
    expect(() => binding()).not.toThrow();
    expect(shown(view)).toBe("one");
  });
});
