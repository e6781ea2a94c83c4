import type { ContentMatch, MarkType, NodeType, Schema } from "prosemirror-model";
import { carry, embedName, formatsName } from "./schema.ts";

/** The letter of a list: bullets, numbers, or boxes to tick. */
export type ListKind = "b" | "o" | "t";

export interface ListTypes {
  readonly list: NodeType;
  readonly item: NodeType;
}

/** What a schema calls the nodes and marks that the mapping knows. What it lacks is carried. */
export interface Vocabulary {
  readonly schema: Schema;
  readonly paragraph: NodeType;
  readonly heading: NodeType | undefined;
  readonly code: NodeType | undefined;
  readonly quote: NodeType | undefined;
  readonly rule: NodeType | undefined;
  readonly image: NodeType | undefined;
  readonly hardBreak: NodeType | undefined;
  readonly lists: { readonly [kind in ListKind]: ListTypes | undefined };
  /** The placeholder of embeds that the schema has no node for. */
  readonly embed: NodeType | undefined;
  /** The mark of formats that the schema has no mark for. */
  readonly formats: MarkType | undefined;
  /** Marks by the name of the format, and the other way round. */
  readonly marks: ReadonlyMap<string, MarkType>;
  readonly formatNames: ReadonlyMap<MarkType, string>;
}

/** What StarterKit and what prosemirror-schema-basic call the same formats. */
const markNames: Readonly<Record<string, string>> = {
  strong: "bold",
  em: "italic",
  strikethrough: "strike",
};

const known = new WeakMap<Schema, Vocabulary>();

/** The vocabulary of a schema. Fails where there are no paragraphs. */
export function vocabularyOf(schema: Schema): Vocabulary {
  const found = known.get(schema) ?? make(schema);
  known.set(schema, found);
  return found;
}

function make(schema: Schema): Vocabulary {
  const node = (...names: string[]): NodeType | undefined =>
    names.map((name) => schema.nodes[name]).find((type) => type);
  const paragraph = node("paragraph");
  if (!paragraph) throw new Error("the editor's schema has no paragraphs");
  const item = node("listItem", "list_item");
  const types = {
    paragraph,
    heading: node("heading"),
    code: node("codeBlock", "code_block"),
    quote: node("blockquote"),
    rule: node("horizontalRule", "horizontal_rule"),
    image: node("image"),
  };
  const lists = {
    b: listTypes(node("bulletList", "bullet_list"), item),
    o: listTypes(node("orderedList", "ordered_list"), item),
    t: listTypes(node("taskList"), node("taskItem")),
  };
  const blocks = [...Object.values(types), lists.b?.list, lists.o?.list].filter(
    (type) => type?.isBlock,
  ) as NodeType[];
  // A quote or a list counts where any block can stand in it, as at the top.
  const holds = (match: ContentMatch | null | undefined): boolean =>
    !!match && blocks.every((type) => match.matchType(type));
  const holding = (list?: ListTypes): ListTypes | undefined =>
    holds(list?.item.contentMatch.matchType(paragraph)) ? list : undefined;
  return {
    schema,
    ...types,
    quote: holds(types.quote?.contentMatch) ? types.quote : undefined,
    hardBreak: node("hardBreak", "hard_break"),
    lists: { b: holding(lists.b), o: holding(lists.o), t: holding(lists.t) },
    embed: node(embedName),
    formats: schema.marks[formatsName],
    ...markTypes(schema),
  };
}

function markTypes(schema: Schema): Pick<Vocabulary, "marks" | "formatNames"> {
  const marks = new Map<string, MarkType>();
  const formatNames = new Map<MarkType, string>();
  for (const [name, type] of Object.entries(schema.marks)) {
    if (name === formatsName) continue;
    marks.set(markNames[name] ?? name, type);
    formatNames.set(type, markNames[name] ?? name);
  }
  return { marks, formatNames };
}

function listTypes(list?: NodeType, item?: NodeType): ListTypes | undefined {
  return list && item ? { list, item } : undefined;
}

/** Whether nodes of a type can carry what they cannot show. */
export function carries(type: NodeType): boolean {
  return carry in (type.spec.attrs ?? {});
}

/** Whether the mapping knows nothing of a type, and writes its nodes down as they are. */
export function isForeign(vocabulary: Vocabulary, type: NodeType): boolean {
  if (type.isInline) return !type.isLeaf;
  const { schema, quote, rule, image, lists } = vocabulary;
  const all = [lists.b, lists.o, lists.t];
  const mapped = [quote, rule, image, ...all.map((types) => types?.list)];
  if (type.isTextblock || mapped.includes(type)) return false;
  const items = all.map((types) => types?.item.contentMatch.matchType(vocabulary.paragraph));
  const around = [schema.topNodeType.contentMatch, quote?.contentMatch, ...items];
  return around.every((match) => !match || match.matchType(type));
}
