import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../client-js/src/index.node.ts";
import { sign } from "../support/jwt.ts";
import { Server } from "../support/server.ts";
import type { Subject } from "./suite.ts";

const secret = "a secret of thirty-two bytes or more";

/** What the person may do. */
export function rights(subject: Subject): void {
  const { type } = subject.traits;

  test("shows what may be read only, and takes no edits", async () => {
    const server = await guarded(subject.on.site.origin);
    const id = randomUUID();
    const token = (user: string, right: string) => sign(secret, user, { "*": right });
    const session = connect(server.url, { token: token("bob", "write") });
    onTestFinished(() => void session.close());
    const bob = session.doc(id, { type });
    await bob.ready();
    bob.submit([{ insert: "only to be read" }]);
    await bob.flush();

    const ann = await subject.seat(id, { server: server.url, token: token("ann", "read") });
    await expect.poll(() => ann.text()).toBe(`only to be read${subject.end}`);
    expect(await ann.page.evaluate(() => desk.bound.editable())).toBe(false);
    await ann.page.evaluate(() => desk.bound.focus());
    await ann.type("not mine");
    await ann.press("Backspace");
    bob.submit([{ insert: "still " }]);
    await expect.poll(() => ann.text()).toBe(`still only to be read${subject.end}`);
    expect(await ann.edits()).toBe(0);
  });
}

/** A server that asks who is there. */
async function guarded(origin: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "coscribe-e2e-key-"));
  const file = join(folder, "secret");
  writeFileSync(file, secret);
  const server = await Server.start("--jwt-secret-file", file, "--allowed-origins", origin);
  onTestFinished(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}
