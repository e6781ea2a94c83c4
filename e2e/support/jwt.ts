import { createHmac } from "node:crypto";

/** A token signed with HS256: for the user, with these rights, for so many seconds. */
export function sign(
  secret: string,
  user: string,
  docs: Readonly<Record<string, string>>,
  seconds = 600,
): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const head = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub: user, name: user, docs, exp })}`;
  return `${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`;
}
