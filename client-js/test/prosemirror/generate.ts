import { Fragment, type Mark, type Node, type NodeType, type Schema } from "prosemirror-model";
import {
  type Attributes,
  type Delta,
  type Json,
  normalize,
  type Op,
} from "../../src/delta/index.ts";
import type { Random } from "../support/random.ts";

const words = ["a", "b ", "😀", "é", "e\u0301", "\u2028", "字"];
const marks: readonly (readonly [string, readonly Json[]])[] = [
  ["bold", [true, true, true, false, "yes"]],
  ["italic", [true]],
  ["strike", [true]],
  ["underline", [true]],
  ["code", [true]],
  ["link", ["https://a.example", "javascript:1", 7, true]],
  ["color", ["red"]],
  ["constructor", ["x"]],
  ["coscribeFormats", [true, { formats: {} }]],
];
const blocks: readonly (readonly [string, readonly Json[]])[] = [
  ["header", [1, 2, 3, 6, 7, "1", true]],
  ["list", ["bullet", "bullet", "ordered", "ordered", "checked", "unchecked", "odd", true]],
  ["indent", [1, 1, 2, 3, 0, -1, 1.5, "1", 90]],
  ["blockquote", [true, true, true, false, "x"]],
  ["code-block", [true, true, "js", "js", "", false, 1]],
  ["align", ["center"]],
  ["toString", ["x"]],
  ["list-start", [1, 3, "x"]],
  ["list-type", ["a", 1]],
  ["coscribe", [{ line: { header: 1 } }]],
  ["nest", ["b", "b+", "B", "Q", "q", "qb", "qB", "bQ", "bo+", "/", "q/", "b/", "t", "odd", 1, ""]],
];
const embeds: readonly { readonly [kind: string]: Json }[] = [
  { image: "https://a.example/x.png" },
  { image: 7 },
  { divider: true },
  { divider: "x" },
  { mention: { id: 1 } },
  { prosemirror: { type: "paragraph" } },
  { prosemirror: { type: "paragraph", attrs: { coscribe: null } } },
  { prosemirror: { type: "horizontalRule" } },
  { prosemirror: { type: "text", text: "a" } },
  { prosemirror: { type: "listItem", content: [{ type: "paragraph" }] } },
  { prosemirror: { type: "doc", content: [{ type: "paragraph" }] } },
  { prosemirror: { type: "nothing" } },
  { prosemirror: 1 },
  { hardBreak: {} },
  { text: {} },
  { valueOf: {} },
  { coscribeEmbed: { embed: { a: 1 } } },
];

function some(random: Random, table: typeof marks, chance: number): Attributes | undefined {
  const entries = table
    .filter(() => random.chance(chance))
    .map(([name, values]): [string, Json] => [name, random.pick(values)]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function op(insert: string | (typeof embeds)[number], attributes: Attributes | undefined): Op {
  return attributes ? { insert, attributes } : { insert };
}

/** A document with everything that the mapping knows, sensible or not. */
export function content(random: Random, most = 8, wild = random.chance(0.5)): Delta {
  const ops: Op[] = [];
  for (let line = random.below(most) + 1; line > 0; line--) {
    const formats = some(random, wild ? marks : marks.slice(0, 6), random.chance(0.3) ? 0.25 : 0);
    for (let piece = random.below(3); piece > 0; piece--) {
      const own = random.chance(0.5) ? formats : undefined;
      if (random.chance(0.15)) ops.push(op(random.pick(embeds), own));
      else ops.push(op(random.pick(words), own));
    }
    ops.push(op("\n", some(random, blocks, wild ? 0.3 : 0.15)));
  }
  return normalize(ops);
}

/** A delta that fits a document, and leaves it with a newline at its end. */
export function change(random: Random, on: Delta): Delta {
  const units = on.flatMap(({ insert }) =>
    typeof insert === "string" ? Array.from(insert, (c) => c.length) : [1],
  );
  const ops: Op[] = [];
  for (let at = random.below(units.length); at < units.length - 1 && ops.length < 6; at++) {
    if (ops.length === 0) ops.push({ retain: units.slice(0, at).reduce((n, u) => n + u, 0) });
    const unit = units[at] as number;
    const what = random.below(5);
    if (what === 0) ops.push({ delete: unit });
    else if (what === 1) ops.push(...content(random, 2), { retain: unit });
    else if (what < 4) ops.push({ retain: unit });
    else {
      const all = { ...some(random, blocks, 0.2), ...some(random, marks, 0.2) };
      const formats = Object.entries(all).map(([name, value]): [string, Json] => [
        name,
        random.chance(0.3) ? null : value,
      ]);
      ops.push({ retain: unit, attributes: Object.fromEntries(formats) });
    }
  }
  return normalize(ops.filter(({ retain }) => retain !== 0));
}

/** A tree that the schema allows, of everything in StarterKit. */
export function tree(random: Random, schema: Schema): Node {
  return new Trees(random, schema).doc();
}

class Trees {
  readonly #random: Random;
  readonly #schema: Schema;

  constructor(random: Random, schema: Schema) {
    this.#random = random;
    this.#schema = schema;
  }

  doc(): Node {
    return this.#schema.topNodeType.createChecked(null, this.#blocks(0, 1));
  }

  #type(...names: string[]): NodeType | undefined {
    return names.map((name) => this.#schema.nodes[name]).find((type) => type);
  }

  #blocks(depth: number, least: number): Node[] {
    const count = least + this.#random.below(3);
    return Array.from({ length: count }, () => this.block(depth));
  }

  block(depth: number): Node {
    const random = this.#random;
    const kind = random.below(depth > 3 ? 4 : 9);
    const paragraph = this.#type("paragraph") as NodeType;
    const attrs = { level: 1 + random.below(3) };
    if (kind === 2) return (this.#type("heading") as NodeType).create(attrs, this.#inline());
    if (kind === 3) return this.#code();
    if (kind === 4) return this.#leaf() ?? paragraph.create();
    if (kind === 5 || kind === 6) return this.#list(depth);
    if (kind === 7)
      return (this.#type("blockquote") as NodeType).create(null, this.#blocks(depth + 1, 1));
    return paragraph.create(null, this.#inline());
  }

  #leaf(): Node | undefined {
    const image = this.#type("image");
    if (image?.isBlock && this.#random.chance(0.5))
      return image.create({ src: "x.png", alt: "an x" });
    return this.#type("horizontalRule", "horizontal_rule")?.create();
  }

  #code(): Node {
    const type = this.#type("codeBlock", "code_block") as NodeType;
    const text = this.#random.pick(["", "a", "a\nb", "\n", "a\n\nb\n"]);
    const attrs = type.spec.attrs?.language ? { language: this.#random.pick([null, "js"]) } : null;
    return type.create(attrs, text ? this.#schema.text(text) : null);
  }

  #list(depth: number): Node {
    const random = this.#random;
    const ordered = random.chance(0.5);
    const type = ordered
      ? this.#type("orderedList", "ordered_list")
      : this.#type("bulletList", "bullet_list");
    const item = this.#type("listItem", "list_item") as NodeType;
    const items = Array.from({ length: 1 + random.below(3) }, () => {
      const first = (this.#type("paragraph") as NodeType).create(null, this.#inline());
      return item.create(null, [first, ...(random.chance(0.4) ? this.#blocks(depth + 1, 0) : [])]);
    });
    const attrs = ordered && type?.spec.attrs?.start ? { start: random.pick([1, 1, 4]) } : null;
    return (type as NodeType).create(attrs, items);
  }

  #inline(): Fragment {
    const random = this.#random;
    const schema = this.#schema;
    const nodes = Array.from({ length: random.below(4) }, () => {
      const own = this.#marks();
      if (random.chance(0.2)) return this.#type("hardBreak", "hard_break")?.create(null, null, own);
      const image = this.#type("image");
      if (image?.isInline && random.chance(0.2)) return image.create({ src: "x.png" }, null, own);
      return schema.text(random.pick(["one", "two ", "😀"]), own);
    });
    return Fragment.from(nodes.filter((node) => node !== undefined));
  }

  #marks(): readonly Mark[] {
    const names = ["bold", "strong", "italic", "em", "strike", "underline", "code", "link"];
    let all: readonly Mark[] = [];
    for (const name of names) {
      const type = this.#schema.marks[name];
      if (!type || !this.#random.chance(0.15)) continue;
      all = type.create(name === "link" ? { href: "https://a.example" } : null).addToSet(all);
    }
    return all;
  }
}
