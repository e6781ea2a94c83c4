/** The part of the REST API that the pages use. */
import { ApiError } from "./problem.ts";
import { token } from "./token.ts";

/** A document as the list tells of it. */
export interface DocumentInfo {
  readonly id: string;
  readonly type: "rich-text" | "text";
  readonly rev: number;
  /** In UTF-16 code units. */
  readonly length: number;
  readonly updated: string;
}

/** A page of the list; `next` goes into the next call. */
export interface DocumentPage {
  readonly documents: readonly DocumentInfo[];
  readonly next: string | null;
}

export function listDocuments(after?: string | null): Promise<DocumentPage> {
  const query = after ? `?after=${encodeURIComponent(after)}` : "";
  return request("GET", `/v1/documents${query}`);
}

/** Creates a rich-text document; the server makes an id where none is given. */
export function createDocument(id?: string): Promise<DocumentInfo> {
  return request("POST", "/v1/documents", id ? { id } : {});
}

export function getDocument(id: string): Promise<DocumentInfo> {
  return request("GET", `/v1/documents/${encodeURIComponent(id)}`);
}

async function request<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = new Headers();
  const bearer = token();
  if (bearer !== undefined) headers.set("Authorization", `Bearer ${bearer}`);
  const init: RequestInit = { method, headers, cache: "no-store" };
  if (body) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch(() => {
    throw new ApiError(0, "", "the server cannot be reached");
  });
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.code ?? "", problem.detail ?? response.statusText);
}
