import type { TokenSource } from "../renewal.ts";

/** Whose token it is: its `sub`, unverified. Without a token everyone is the same. */
export async function userOf(source: TokenSource | undefined): Promise<string> {
  const token = typeof source === "function" ? await source() : source;
  if (!token) return "";
  const [, claims = ""] = token.split(".");
  const { sub } = JSON.parse(decode(claims)) as { readonly sub?: unknown };
  if (typeof sub !== "string") throw new Error("the token names no user");
  return sub;
}

function decode(base64url: string): string {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
}
