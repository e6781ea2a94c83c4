import { Fragment, type ResolvedPos, Slice } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";

/** Plain text that is pasted: a paragraph for each line, empty ones too, however lines end. */
export function parseText(
  text: string,
  context: ResolvedPos,
  _plain: boolean,
  { state: { schema } }: EditorView,
): Slice {
  const marks = context.marks();
  const { paragraph } = schema.nodes;
  const lines = text.split(/\r\n?|\n/).map((line) => {
    return paragraph?.create(null, line ? schema.text(line, marks) : null);
  });
  return new Slice(Fragment.from(lines.filter((line) => line !== undefined)), 1, 1);
}
