import type { UndoStack } from "../undo/index.ts";

const mac = /Mac|iPhone|iPad|iPod/.test(globalThis.navigator?.platform ?? "");

/**
 * Gives an editor's keys and menus for undo and redo to a stack, before the
 * editor or the browser sees them: their own history knows nothing of what
 * others do.
 */
export function undoKeys(root: HTMLElement, stack: UndoStack): () => void {
  const take = (event: Event, step: "undo" | "redo" | null): void => {
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    stack[step]();
  };
  const key = (event: KeyboardEvent): void => take(event, ofKey(event));
  const menu = (event: InputEvent): void => take(event, ofMenu(event.inputType));
  root.addEventListener("keydown", key, true);
  root.addEventListener("beforeinput", menu, true);
  return () => {
    root.removeEventListener("keydown", key, true);
    root.removeEventListener("beforeinput", menu, true);
  };
}

function ofKey(event: KeyboardEvent): "undo" | "redo" | null {
  const { altKey, ctrlKey, metaKey, shiftKey, isComposing } = event;
  if (altKey || isComposing || (mac ? ctrlKey || !metaKey : metaKey || !ctrlKey)) return null;
  const letter = letterOf(event);
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}

/** A keyboard without Latin letters has them in the same places all the same. */
function letterOf({ key, code }: KeyboardEvent): string {
  return (/^[ -~]$/.test(key) ? key : code.replace(/^Key/, "")).toLowerCase();
}

function ofMenu(inputType: string): "undo" | "redo" | null {
  if (inputType === "historyUndo") return "undo";
  return inputType === "historyRedo" ? "redo" : null;
}
