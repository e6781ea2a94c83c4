/** The formats of a line: what the tree says of it, and what its block carries besides. */
import type { Node, NodeType } from "prosemirror-model";
import { equal } from "../delta/attributes.ts";
import type { Attributes, Json } from "../delta/index.ts";
import {
  beginsItem,
  type Context,
  listDepth,
  nestOf,
  type Place,
  samePlace,
  usualPlace,
} from "./place.ts";
import { type Carried, carry } from "./schema.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a format is called where an extension calls its attribute otherwise. */
const aliases: Readonly<Record<string, string>> = { textAlign: "align" };
/** Attributes of blocks that the mapping knows by heart. */
const mapped = new Set([carry, "level", "language", "src"]);
/** Formats that say what a line is. */
const structural = new Set(["header", "code-block", "list", "indent", "blockquote", "nest"]);
const listAttributes: readonly (readonly [attribute: string, format: string])[] = [
  ["start", "list-start"],
  ["order", "list-start"],
  ["type", "list-type"],
];

/** What a textblock says of its line. */
export function leafFormats(vocabulary: Vocabulary, { type, attrs }: Node): Attributes {
  const out: Record<string, Json> = {};
  if (type === vocabulary.heading) out.header = attrs.level as Json;
  if (type === vocabulary.code) out["code-block"] = (attrs.language as string) || true;
  for (const [name, format] of ownAttributes(type)) {
    const value = attrs[name] as Json;
    if (isSet(type, name, value)) out[format] = value;
  }
  return out;
}

/** The attributes of extensions, such as an alignment, and what they are called in a delta. */
function ownAttributes({ spec }: NodeType): [name: string, format: string][] {
  return Object.keys(spec.attrs ?? {})
    .filter((name) => !mapped.has(name))
    .map((name): [string, string] => [name, aliases[name] ?? name])
    .filter(([, format]) => !structural.has(format));
}

function isSet({ spec }: NodeType, name: string, value: Json | undefined): boolean {
  const usual = spec.attrs?.[name]?.default as Json | undefined;
  return value !== undefined && value !== null && !equal(value, usual ?? null);
}

/** The attributes of a textblock that formats of its line are for. */
export function leafAttributes(type: NodeType, formats: Attributes): Record<string, Json> {
  const own = ownAttributes(type).filter(
    ([name, format]) => Object.hasOwn(formats, format) && isSet(type, name, formats[format]),
  );
  return Object.fromEntries(own.map(([name, format]) => [name, formats[format] as Json]));
}

/** What an item says of its first line, and a list of the first line of all. */
export function listFormats(list: Node, item: Node, first: boolean, kind: string): Attributes {
  const usual = kind === "o" ? "ordered" : "bullet";
  const out: Record<string, Json> = { list: usual };
  if (kind === "t") out.list = item.attrs.checked ? "checked" : "unchecked";
  if (!first) return out;
  for (const [name, format] of listAttributes) {
    if (isSet(list.type, name, list.attrs[name] as Json)) out[format] = list.attrs[name] as Json;
  }
  return out;
}

/** The attributes of a list that begins with a line of these formats. */
export function listAttrs({ spec }: NodeType, formats: Attributes): Record<string, Json> {
  const fits: Record<string, (value: Json | undefined) => boolean> = {
    "list-start": (value) => Number.isSafeInteger(value),
    "list-type": (value) => typeof value === "string",
  };
  const own = listAttributes.filter(
    ([name, format]) => name in (spec.attrs ?? {}) && fits[format]?.(formats[format]),
  );
  return Object.fromEntries(own.map(([name, format]) => [name, formats[format] as Json]));
}

/** The formats that follow from where a line stands and what it is. */
export function shownFormats(
  vocabulary: Vocabulary,
  before: Context,
  place: Place,
  leaf: Attributes,
  list: Attributes,
  code: boolean,
): Attributes {
  const out: Record<string, Json> = { ...leaf };
  if (place.kinds.includes("q")) out.blockquote = true;
  if (beginsItem(place)) {
    Object.assign(out, list);
    if (listDepth(place.kinds) > 1) out.indent = listDepth(place.kinds) - 1;
  }
  if (!samePlace(usualPlace(vocabulary, before, out, code), place)) out.nest = nestOf(place);
  return out;
}

const boxes: readonly unknown[] = ["checked", "unchecked"];

/**
 * What a block has to carry so that its line has these formats although the
 * tree says others; `undefined` where that is not possible.
 */
export function carriedFor(shown: Attributes, wanted: Attributes): Carried | null | undefined {
  if (Object.keys(shown).some((name) => !Object.hasOwn(wanted, name))) return undefined;
  const line: Record<string, Json> = {};
  const out: { -readonly [key in keyof Carried]: Carried[key] } = {};
  for (const [name, value] of Object.entries(wanted)) {
    const said = Object.hasOwn(shown, name) ? shown[name] : undefined;
    if (said === undefined) line[name] = value;
    else if (equal(said, value)) continue;
    else if (name === "indent" && Number.isSafeInteger(value)) {
      out.indent = (value as number) - (said as number);
    } else if (name === "list" && said === "bullet" && boxes.includes(value)) out.box = value;
    else if (name === "code-block" && said === true) out.language = value;
    else return undefined;
  }
  if (Object.keys(line).length > 0) out.line = line;
  return Object.keys(out).length > 0 ? out : null;
}

/** The same without the word for its place: lines that agree in these may be one block of code. */
export function ownFormats(
  { nest: _, ...shown }: Attributes,
  carried: Carried | null | undefined,
): Attributes {
  return lineFormats(shown, carried);
}

/** The formats of a line: what the tree says goes before what is carried. */
export function lineFormats(shown: Attributes, carried: Carried | null | undefined): Attributes {
  if (!carried) return shown;
  const out: Record<string, Json> = { ...carried.line, ...shown };
  if (carried.indent !== undefined && typeof shown.indent === "number") {
    out.indent = shown.indent + carried.indent;
  }
  if (carried.box !== undefined && shown.list === "bullet") out.list = carried.box;
  if (carried.language !== undefined && shown["code-block"] === true) {
    out["code-block"] = carried.language;
  }
  return out;
}
