/**
 * Live editing in Tiptap 3: `Coscribe.configure({ document: session.doc("notes") })`
 * among the extensions of the editor.
 */
import { type Editor, Extension, Mark, Node } from "@tiptap/core";
import type { Document } from "../document.ts";
import {
  carry,
  embedName,
  embedSpec,
  formatData,
  formatsName,
  formatsSpec,
  parseData,
} from "../prosemirror/schema.ts";
import type { UndoStack } from "../undo/index.ts";
import type { Binding, BindingOptions } from "./link.ts";
import { coscribe, mounted, redo, undo } from "./prosemirror-plugin.ts";

export { fromDelta, toDelta } from "../prosemirror/index.ts";
export type { Binding, BindingOptions } from "./link.ts";

export interface CoscribeOptions extends BindingOptions {
  /** What the editor shows. Without it there is only the schema, for `bindTiptap` later. */
  readonly document?: Document | null;
}

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    coscribe: {
      /** Takes back the person's own last edits. */
      undo: () => ReturnType;
      /** Makes again what was taken back last. */
      redo: () => ReturnType;
    };
  }
}

/** The placeholder of embeds that the editor has no node for. */
const CoscribeEmbed = Node.create({
  name: embedName,
  inline: true,
  group: "inline",
  atom: true,
  addAttributes: () => ({ embed: { rendered: false } }),
  parseHTML: () => embedSpec.parseDOM as never,
  renderHTML: ({ node }) => embedSpec.toDOM?.(node) as never,
});

/** The formats of text that the editor has no marks for. */
const CoscribeFormats = Mark.create({
  name: formatsName,
  addAttributes: () => ({ formats: { rendered: false } }),
  parseHTML: () => formatsSpec.parseDOM as never,
  renderHTML: ({ mark }) => formatsSpec.toDOM?.(mark, true) as never,
});

/** Extensions that cannot be there, and why. */
const refused: Readonly<Record<string, string>> = {
  undoRedo: "it would undo what others did",
  history: "it would undo what others did",
  collaboration: "it keeps a document of its own",
  trailingNode: "it would write into every document that is opened",
};

/**
 * Makes a Tiptap editor show a `rich-text` document, everyone's edits and
 * everyone's carets. StarterKit's `undoRedo` and `trailingNode` have to be
 * `false`, which is an error otherwise; the commands and keys for undo and redo
 * are here instead.
 */
export const Coscribe = Extension.create<CoscribeOptions>({
  name: "coscribe",

  addOptions: () => ({ document: null }),

  addExtensions: () => [CoscribeEmbed, CoscribeFormats],

  addGlobalAttributes: () => [
    {
      types: ["paragraph", "heading", "codeBlock", "horizontalRule", "image"],
      attributes: {
        [carry]: {
          default: null,
          parseHTML: (element) => carriedOf(element),
          renderHTML: (attributes) => formatData(attributes[carry]),
        },
      },
    },
  ],

  addCommands: () => ({
    undo:
      () =>
      ({ tr, state, dispatch }) =>
        apart(tr, () => undo(state, dispatch)),
    redo:
      () =>
      ({ tr, state, dispatch }) =>
        apart(tr, () => redo(state, dispatch)),
  }),

  addProseMirrorPlugins() {
    const { document, ...options } = this.options;
    refuse(this.editor);
    return document ? [coscribe(document, options)] : [];
  },
});

/**
 * Makes an editor that has the extension `Coscribe` without a document show
 * one, until the returned function is called.
 */
export function bindTiptap(
  document: Document,
  editor: Editor,
  options: BindingOptions = {},
): Binding {
  if (!editor.schema.nodes[embedName]) throw new Error("the editor lacks the extension Coscribe");
  const { plugin, mount } = mounted(document, options);
  editor.registerPlugin(plugin);
  const history = mount.history as UndoStack;
  const end = (): void => {
    mount.end();
    if (!editor.isDestroyed) editor.unregisterPlugin("coscribe");
  };
  return Object.assign(end, { history });
}

/** A command that is a transaction of its own: the one that Tiptap has begun is not to be dispatched. */
function apart(
  tr: { setMeta(name: string, value: unknown): unknown },
  run: () => boolean,
): boolean {
  tr.setMeta("preventDispatch", true);
  return run();
}

function refuse({ extensionManager }: Editor): void {
  for (const { name } of extensionManager.extensions) {
    if (refused[name]) throw new Error(`the extension ${name} has to be off: ${refused[name]}`);
  }
}

/** Not what stands for an embed or a mark: those have data of their own. */
function carriedOf(element: HTMLElement): unknown {
  const isOther = element.matches(".coscribe-embed, .coscribe-formats");
  return isOther ? null : parseData(element);
}
