// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { undoKeys } from "../../src/bindings/undokeys.ts";
import type { UndoStack } from "../../src/undo/index.ts";

/** What a stack is asked for, and whether the editor hears of the event, too. */
function press(event: Event): { asked: string[]; heard: boolean; prevented: boolean } {
  const root = document.createElement("div");
  const inner = root.appendChild(document.createElement("p"));
  const asked: string[] = [];
  const stack = { undo: () => asked.push("undo"), redo: () => asked.push("redo") };
  let heard = false;
  inner.addEventListener(event.type, () => {
    heard = true;
  });
  const end = undoKeys(root, stack as unknown as UndoStack);
  inner.dispatchEvent(event);
  end();
  return { asked, heard, prevented: event.defaultPrevented };
}

const common = { bubbles: true, cancelable: true };
const key = (init: KeyboardEventInit) => new KeyboardEvent("keydown", { ...common, ...init });
const menu = (inputType: string) => new InputEvent("beforeinput", { ...common, inputType });

describe("keys and menus of undo and redo", () => {
  it.each([
    ["Ctrl-z", key({ key: "z", ctrlKey: true }), "undo"],
    ["Ctrl-Shift-z", key({ key: "Z", ctrlKey: true, shiftKey: true }), "redo"],
    ["Ctrl-y", key({ key: "y", ctrlKey: true }), "redo"],
    ["Ctrl-z without Latin letters", key({ key: "я", code: "KeyZ", ctrlKey: true }), "undo"],
    ["Ctrl-z where z is elsewhere", key({ key: "z", code: "KeyY", ctrlKey: true }), "undo"],
    ["undo in a menu", menu("historyUndo"), "undo"],
    ["redo in a menu", menu("historyRedo"), "redo"],
  ])("%s", (_, event, step) => {
    expect(press(event)).toEqual({ asked: [step], heard: false, prevented: true });
  });

  it.each([
    ["z alone", key({ key: "z" })],
    ["Ctrl-Alt-z", key({ key: "z", ctrlKey: true, altKey: true })],
    ["Ctrl-Shift-y", key({ key: "Y", ctrlKey: true, shiftKey: true })],
    ["Ctrl-x", key({ key: "x", ctrlKey: true })],
    ["Ctrl-z of an input method", key({ key: "z", ctrlKey: true, isComposing: true })],
    ["what is typed", menu("insertText")],
  ])("leaves %s to the editor", (_, event) => {
    expect(press(event)).toEqual({ asked: [], heard: true, prevented: false });
  });
});
