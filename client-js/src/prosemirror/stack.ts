import type { Node, NodeType } from "prosemirror-model";
import type { Attributes } from "../delta/index.ts";
import { listAttrs } from "./line.ts";
import type { Place } from "./place.ts";
import type { ListKind, Vocabulary } from "./vocabulary.ts";

interface Frame {
  readonly type: NodeType;
  readonly attrs: Readonly<Record<string, unknown>> | null;
  readonly children: Node[];
}

/** A quote, or an item and the list that it is in. */
interface Level {
  readonly list: Frame | undefined;
  readonly block: Frame;
}

/** The quotes and lists that are open, and what is in them so far. */
export class Stack {
  readonly #vocabulary: Vocabulary;
  readonly #top: Node[] = [];
  readonly #levels: Level[] = [];
  #code: { readonly frame: Frame; readonly lines: string[] } | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Closes and opens what stands between the line before and one with these formats. */
  enter({ kinds, keep, next }: Place, formats: Attributes): void {
    this.#endCode();
    while (this.#levels.length > keep + (next ? 1 : 0)) this.#close();
    if (next) this.#nextItem(formats);
    for (const kind of kinds.slice(this.#levels.length)) this.#open(kind, formats);
  }

  add(node: Node): void {
    this.#children().push(node);
  }

  beginCode(type: NodeType, attrs: Frame["attrs"], text: string): void {
    this.#code = { frame: { type, attrs, children: [] }, lines: [text] };
  }

  /** Another line of the code that was begun last. */
  addCode(text: string): void {
    this.#code?.lines.push(text);
  }

  end(): Node[] {
    this.#endCode();
    while (this.#levels.length > 0) this.#close();
    return this.#top;
  }

  #children(): Node[] {
    return this.#levels.at(-1)?.block.children ?? this.#top;
  }

  #open(kind: string, formats: Attributes): void {
    const { quote, lists } = this.#vocabulary;
    if (kind === "q") {
      const block = { type: quote as NodeType, attrs: null, children: [] };
      this.#levels.push({ list: undefined, block });
      return;
    }
    const { list } = lists[kind as ListKind] as { list: NodeType };
    const frame = { type: list, attrs: listAttrs(list, formats), children: [] };
    this.#levels.push({ list: frame, block: this.#item(kind as ListKind, formats) });
  }

  #item(kind: ListKind, formats: Attributes): Frame {
    const { item } = this.#vocabulary.lists[kind] as { item: NodeType };
    const attrs = kind === "t" ? { checked: formats.list === "checked" } : null;
    return { type: item, attrs, children: [] };
  }

  #nextItem(formats: Attributes): void {
    const { list, block } = this.#levels.pop() as Level & { list: Frame };
    list.children.push(made(block));
    const kind = Object.entries(this.#vocabulary.lists).find(
      ([, types]) => types?.list === list.type,
    );
    this.#levels.push({ list, block: this.#item(kind?.[0] as ListKind, formats) });
  }

  #close(): void {
    const { list, block } = this.#levels.pop() as Level;
    list?.children.push(made(block));
    this.#children().push(made(list ?? block));
  }

  #endCode(): void {
    if (!this.#code) return;
    const { frame, lines } = this.#code;
    const text = lines.join("\n");
    this.#code = undefined;
    this.add(frame.type.create(frame.attrs, text ? frame.type.schema.text(text) : null));
  }
}

function made({ type, attrs, children }: Frame): Node {
  return type.create(attrs, children);
}
