/**
 * Live editing in ProseMirror: `bindProseMirror(session.doc("notes"), view)`.
 * The editor's schema should be one of `withCoscribe`.
 */
import type { EditorView } from "prosemirror-view";
import type { Document } from "../document.ts";
import type { UndoStack } from "../undo/index.ts";
import type { Binding, BindingOptions } from "./link.ts";
import { mounted, refuseHistory } from "./prosemirror-plugin.ts";

export { fromDelta, toDelta, withCoscribe } from "../prosemirror/index.ts";
export type { Binding, BindingOptions } from "./link.ts";
export { coscribe, redo, undo } from "./prosemirror-plugin.ts";

/**
 * Makes a ProseMirror editor show a `rich-text` document, everyone's edits and
 * everyone's carets, until the returned function is called. What the editor
 * showed before is replaced. It is editable while the document is. Undo and
 * redo (Mod-z, Mod-y, the commands `undo` and `redo`) are confined to the
 * person's own edits: prosemirror-history beside them is an error.
 */
export function bindProseMirror(
  document: Document,
  view: EditorView,
  options: BindingOptions = {},
): Binding {
  refuseHistory(view.state);
  const { plugin, mount } = mounted(document, options);
  view.updateState(view.state.reconfigure({ plugins: [...view.state.plugins, plugin] }));
  const history = mount.history as UndoStack;
  const end = (): void => {
    mount.end();
    if (view.isDestroyed) return;
    const others = view.state.plugins.filter((each) => each !== plugin);
    view.updateState(view.state.reconfigure({ plugins: others }));
  };
  return Object.assign(end, { history });
}
