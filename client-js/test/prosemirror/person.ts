import { baseKeymap, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { type MarkType, type NodeType, Slice } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, TextSelection } from "prosemirror-state";
import type { Random } from "../support/random.ts";
import { tree } from "./generate.ts";
import type { Headless } from "./headless.ts";

/** Somebody who tries everything that an editor for StarterKit has a key or a button for. */
export function act(random: Random, view: Headless): void {
  select(random, view);
  const { state } = view;
  const kind = random.below(10);
  if (kind < 4) {
    const { tr } = state;
    view.dispatch(tr.insertText(random.pick(["a", "b", "aa", "😀", "\u2028", "e\u0301"])));
  } else if (kind === 4) {
    view.dispatch(state.tr.deleteSelection());
  } else if (kind === 5) {
    const content = tree(random, state.schema).content;
    const open = random.below(2);
    view.dispatch(state.tr.replaceSelection(new Slice(content, open, open)));
  } else if (kind === 6) {
    const { hardBreak, hard_break, horizontalRule, horizontal_rule, image } = state.schema.nodes;
    const types = [hardBreak ?? hard_break, horizontalRule ?? horizontal_rule, image];
    const type = random.pick(types);
    if (type) view.dispatch(state.tr.replaceSelectionWith(type.create({ src: "x.png" })));
  } else command(random, view)(state, (tr) => view.dispatch(tr));
}

function select(random: Random, view: Headless): void {
  const { state } = view;
  const { doc } = state;
  const size = doc.content.size;
  const anchor = random.below(size + 1);
  const head = random.chance(0.6) ? anchor : Math.min(anchor + random.below(8), size);
  const selection = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  view.dispatch(state.tr.setSelection(selection));
}

function command(random: Random, { state: { schema } }: Headless): Command {
  const { nodes, marks } = schema as {
    nodes: { [name: string]: NodeType };
    marks: { [name: string]: MarkType };
  };
  const item = (nodes.listItem ?? nodes.list_item) as NodeType;
  const code = (nodes.codeBlock ?? nodes.code_block) as NodeType;
  const ordered = (nodes.orderedList ?? nodes.ordered_list) as NodeType;
  const bullets = (nodes.bulletList ?? nodes.bullet_list) as NodeType;
  const bold = (marks.bold ?? marks.strong) as MarkType;
  const { paragraph, heading, blockquote } = nodes as {
    [name in "paragraph" | "heading" | "blockquote"]: NodeType;
  };
  const { code: mono, link } = marks as { code: MarkType; link: MarkType };
  return random.pick<Command>([
    baseKeymap.Enter as Command,
    baseKeymap.Enter as Command,
    baseKeymap.Backspace as Command,
    baseKeymap.Delete as Command,
    splitListItem(item),
    liftListItem(item),
    sinkListItem(item),
    wrapInList(bullets),
    wrapInList(ordered),
    wrapIn(blockquote),
    lift,
    setBlockType(paragraph),
    setBlockType(heading, { level: 2 }),
    setBlockType(code),
    toggleMark(bold),
    toggleMark(mono),
    toggleMark(link, { href: "https://a.example" }),
  ]);
}
