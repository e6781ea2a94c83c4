/**
 * Live editing in ProseMirror: `bindProseMirror(session.doc("notes"), view)`.
 * The editor's schema should be one of `withCoscribe`.
 */
import { type Command, type EditorState, Plugin, PluginKey } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { DecorationSet } from "prosemirror-view";
import type { Document } from "../document.ts";
import type { BindingOptions } from "./link.ts";
import { handleKeyDown, parseText } from "./prosemirror-input.ts";
import { Mount } from "./prosemirror-mount.ts";

export { fromDelta, toDelta, withCoscribe } from "../prosemirror/index.ts";
export type { BindingOptions } from "./link.ts";

/** A plugin that is bound, and what it is bound by. */
const mounts = new WeakMap<Plugin, Mount>();
const key = new PluginKey<DecorationSet>("coscribe");

/**
 * Makes a ProseMirror editor show a `rich-text` document, everyone's edits and
 * everyone's carets, until the returned function is called. What the editor
 * showed before is replaced. It is editable while the document is. Undo and
 * redo (Mod-z, Mod-y, `undo`, `redo`) are confined to the person's own edits:
 * prosemirror-history must not be there, and is an error.
 */
export function bindProseMirror(
  document: Document,
  view: EditorView,
  options: BindingOptions = {},
): () => void {
  const plugin = coscribe(document, options);
  refuseHistory(view.state);
  view.updateState(view.state.reconfigure({ plugins: [...view.state.plugins, plugin] }));
  return () => {
    mounts.get(plugin)?.end();
    if (view.isDestroyed) return;
    const others = view.state.plugins.filter((each) => each !== plugin);
    view.updateState(view.state.reconfigure({ plugins: others }));
  };
}

/** The binding as a plugin: the editor is bound while it has it. */
export function coscribe(document: Document, options: BindingOptions = {}): Plugin {
  const mount = new Mount(document, options, key);
  const plugin: Plugin = new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, carets) =>
        (tr.getMeta(key) as DecorationSet | undefined) ?? carets.map(tr.mapping, tr.doc),
    },
    props: {
      decorations: (state) => key.getState(state),
      editable: () => mount.isEditable,
      clipboardTextParser: parseText,
      handleKeyDown: (_, event) => handleKeyDown(event, mount),
      handleDOMEvents: {
        compositionstart: () => mount.compose(true),
        compositionend: () => mount.compose(false),
        beforeinput: (_, event) => mount.beforeInput(event),
      },
    },
    // No plugin may add anything to what others did: it would be sent as the person's own.
    filterTransaction: (tr) => mount.admits(tr),
    appendTransaction: (_, before, after) => mount.tidied(before, after),
    view: (view) => {
      refuseHistory(view.state);
      return mount.attach(view);
    },
  });
  mounts.set(plugin, mount);
  return plugin;
}

/** Takes back the person's own last edits. */
export const undo: Command = (state, dispatch) => step(state, dispatch !== undefined, "undo");
/** Makes again what was taken back last. */
export const redo: Command = (state, dispatch) => step(state, dispatch !== undefined, "redo");

function step(state: EditorState, now: boolean, what: "undo" | "redo"): boolean {
  const plugin = key.get(state);
  const stack = plugin && mounts.get(plugin)?.stack;
  if (!stack) return false;
  const can = what === "undo" ? stack.canUndo : stack.canRedo;
  return now ? stack[what]() : can;
}

function refuseHistory({ plugins }: EditorState): void {
  const found = plugins.some((plugin) => (plugin as unknown as { key: string }).key === "history$");
  if (found) throw new Error("an editor with a history of its own would undo what others did");
}
