import type { EditorState, Plugin } from "prosemirror-state";
import type { Clock } from "./adapter.ts";

/**
 * Tells how long a plugin takes for each change of the tree, with all that it
 * calls: what the editor does between its parts, above all its drawing, is not
 * in it. To be called before an editor has the plugin.
 */
export function timed({ spec }: Plugin, clock: Clock): void {
  let sum = 0;
  const measure = <A extends unknown[], R>(run: (...args: A) => R) =>
    function (this: unknown, ...args: A): R {
      const since = performance.now();
      try {
        return run.apply(this, args);
      } finally {
        sum += performance.now() - since;
      }
    };
  const { state, filterTransaction, appendTransaction, view: attach } = spec;
  if (state) state.apply = measure(state.apply);
  if (filterTransaction) spec.filterTransaction = measure(filterTransaction);
  if (appendTransaction) spec.appendTransaction = measure(appendTransaction);
  spec.view = (view) => {
    const { update, ...rest } = attach?.(view) ?? {};
    const measured = update && measure(update);
    const tell = (before: EditorState): void => {
      if (view.state.doc !== before.doc) clock.spent(sum);
      sum = 0;
    };
    return {
      ...rest,
      update: (view, before) => {
        measured?.(view, before);
        tell(before);
      },
    };
  };
}
