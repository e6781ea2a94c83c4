import { CoscribeError } from "../errors.ts";
import { normalize } from "./builder.ts";
import {
  type Attributes,
  baseLength,
  type Delta,
  type DocumentType,
  type Embed,
  insert,
  type Json,
  type Op,
  remove,
  retain,
} from "./types.ts";

/** The deepest nesting of lists and objects; the list of components is the first level. */
const maxDepth = 32;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The delta that `input` describes, in normal form and sharing nothing with
 * it. Fails, with `invalid_op`, for everything that the server would refuse
 * without looking at the document (P6).
 */
export function parse(input: unknown, type: DocumentType = "rich-text"): Delta {
  if (!Array.isArray(input)) throw invalid("it is not a list");
  return normalize(input.map((element, i) => component(element, type, `component ${i}`)));
}

/** {@link parse} for the content of a document: inserts alone. */
export function parseContent(input: unknown, type: DocumentType = "rich-text"): Delta {
  const content = parse(input, type);
  if (baseLength(content) > 0) throw invalid("a content is made of inserts");
  return content;
}

function invalid(why: string): CoscribeError {
  return new CoscribeError("invalid_op", `the op is refused: ${why}`);
}

function component(input: unknown, type: DocumentType, where: string): Op {
  if (!plain(input)) throw invalid(`${where} is not an object`);
  const { insert: what, retain: kept, delete: gone, attributes, ...unknown } = input;
  if (Object.keys(unknown).length > 0) throw invalid(`${where} has an unknown key`);
  const given = [what, kept, gone].filter((x) => x !== undefined).length;
  if (given !== 1) throw invalid(`${where} is not one of insert, retain and delete`);
  if (gone !== undefined) {
    if (attributes !== undefined) throw invalid(`${where} has attributes on a delete`);
    return remove(amount(gone, where));
  }
  const formats = attributes === undefined ? undefined : formatting(attributes, type, where);
  if (kept !== undefined) return retain(amount(kept, where), formats);
  if (formats && Object.values(formats).includes(null)) {
    throw invalid(`${where} has a null attribute on an insert`);
  }
  return insert(typeof what === "string" ? text(what, where) : embed(what, type, where), formats);
}

function amount(n: unknown, where: string): number {
  if (Number.isSafeInteger(n) && (n as number) >= 1) return n as number;
  throw invalid(`the length of ${where} is not an integer of at least 1`);
}

function text(value: string, where: string): string {
  if (value === "") throw invalid(`${where} inserts nothing`);
  if (value.includes("\r")) throw invalid(`${where} inserts a carriage return`);
  return wellFormed(value, where);
}

function embed(value: unknown, type: DocumentType, where: string): Embed {
  if (!plain(value) || Object.keys(value).length !== 1) {
    throw invalid(`${where} inserts neither a text nor an object with one key`);
  }
  if (type === "text") throw invalid(`${where} is an embed in plain text`);
  return json(value, 3, where) as Embed;
}

function formatting(value: unknown, type: DocumentType, where: string): Attributes {
  if (!plain(value)) throw invalid(`the attributes of ${where} are not an object`);
  const formats = json(value, 3, where) as Attributes;
  if (type === "text" && Object.keys(formats).length > 0) {
    throw invalid(`${where} has attributes in plain text`);
  }
  return formats;
}

/** A copy of a JSON value that may be stored. */
export function json(value: unknown, depth: number, where: string): Json {
  if (typeof value === "string") return wellFormed(value, where);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (!Array.isArray(value) && !plain(value)) throw invalid(`${where} holds what is not JSON`);
  if (depth > maxDepth) throw invalid(`${where} is nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) return value.map((item) => json(item, depth + 1, where));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === "__proto__") throw invalid(`${where} has a key __proto__`);
      return [wellFormed(key, where), json(item, depth + 1, where)];
    }),
  );
}

function plain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  // Values of another realm (a frame, a test environment) are plain, too.
  return proto === null || Object.getPrototypeOf(proto) === null;
}

function wellFormed(value: string, where: string): string {
  if (loneSurrogate.test(value)) throw invalid(`${where} holds half of a surrogate pair`);
  return value;
}
