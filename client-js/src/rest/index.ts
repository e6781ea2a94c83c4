/** The REST API, typed: documents, their content at any moment, their history. */
export type { TokenSource } from "../renewal.ts";
export { RestError } from "./error.ts";
export type { CallOptions, RestOptions } from "./http.ts";
export { List, type Page } from "./list.ts";
export { type ListOptions, type MatchOptions, Rest } from "./rest.ts";
export type * from "./types.ts";
