import { type Command, type EditorState, Plugin, PluginKey } from "prosemirror-state";
import { DecorationSet } from "prosemirror-view";
import type { Document } from "../document.ts";
import type { BindingOptions } from "./link.ts";
import { parseText } from "./prosemirror-input.ts";
import { Mount } from "./prosemirror-mount.ts";

const key = new PluginKey<DecorationSet>("coscribe");
const mounts = new WeakMap<Plugin, Mount>();

/** The binding as a plugin: an editor is bound while it has it. */
export function coscribe(document: Document, options: BindingOptions = {}): Plugin {
  return mounted(document, options).plugin;
}

/** A plugin, and what binds the editor that gets it. */
export function mounted(
  document: Document,
  options: BindingOptions,
): { readonly plugin: Plugin; readonly mount: Mount } {
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
      handleDOMEvents: {
        compositionstart: () => mount.compose(true),
        compositionend: () => mount.compose(false),
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
  return { plugin, mount };
}

/** Takes back the person's own last edits. */
export const undo: Command = (state, dispatch) => step(state, dispatch !== undefined, "undo");
/** Makes again what was taken back last. */
export const redo: Command = (state, dispatch) => step(state, dispatch !== undefined, "redo");

function step(state: EditorState, now: boolean, what: "undo" | "redo"): boolean {
  const plugin = key.get(state);
  const history = plugin && mounts.get(plugin)?.history;
  if (!history) return false;
  return now ? history[what]() : what === "undo" ? history.canUndo : history.canRedo;
}

/** An editor must not have prosemirror-history beside this. */
export function refuseHistory({ plugins }: EditorState): void {
  const found = plugins.some((plugin) => (plugin as unknown as { key: string }).key === "history$");
  if (found) throw new Error("an editor with a history of its own would undo what others did");
}
