import type { Schema } from "prosemirror-model";
import { EditorState, type Plugin, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { bindProseMirror } from "../../src/bindings/prosemirror.ts";
import type { Document } from "../../src/document.ts";

/** What the binding needs of a view, without a page: the state, and plugins that are told of it. */
export class Headless {
  state: EditorState;
  readonly dom = new EventTarget();
  readonly composing = false;
  readonly isDestroyed = false;
  #views: { plugin: Plugin; view: ReturnType<NonNullable<Plugin["spec"]["view"]>> }[] = [];

  constructor(schema: Schema) {
    this.state = EditorState.create({ schema });
  }

  dispatch(tr: Transaction): void {
    this.updateState(this.state.apply(tr));
  }

  setProps(): void {}

  updateState(state: EditorState): void {
    const before = this.state;
    this.state = state;
    if (before.plugins !== state.plugins) {
      for (const { view } of this.#views) view.destroy?.();
      this.#views = state.plugins.map((plugin) => ({
        plugin,
        view: plugin.spec.view?.(this.#asView()) ?? {},
      }));
    } else for (const { view } of this.#views) view.update?.(this.#asView(), before);
  }

  bind(document: Document): () => void {
    const onFailed = (error: Error) => {
      throw error;
    };
    return bindProseMirror(document, this.#asView(), { onFailed });
  }

  #asView(): EditorView {
    return this as unknown as EditorView;
  }
}
