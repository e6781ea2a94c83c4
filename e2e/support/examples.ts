import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launch } from "./browser.ts";
import { Server } from "./server.ts";

/** The folder of the examples. */
export const folder = join(import.meta.dirname, "../../examples");

/** The examples by name. */
export const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The examples as their READMEs have them run, but for the port of the server. */
export interface Fair {
  readonly browser: Browser;
  readonly server: Server;
  readonly origin: string;
}

/** Starts all before the tests of a file, and ends all after them. */
export function fair(): Fair {
  const made = {} as { -readonly [part in keyof Fair]: Fair[part] };
  let serving: ChildProcess | undefined;
  beforeAll(async () => {
    serving = spawn("node", ["serve.mjs"], {
      cwd: folder,
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(serving.stdout as NonNullable<ChildProcess["stdout"]>);
    const [line] = (await once(lines, "line")) as [string];
    made.origin = new URL(line).origin;
    made.server = await Server.start("--allowed-origins", made.origin);
    // The pages name the server's usual port. It may be taken on this machine.
    const port = `MAP 127.0.0.1:8080 127.0.0.1:${made.server.port}`;
    made.browser = await launch(`--host-resolver-rules=${port}`);
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.server?.remove();
    serving?.kill();
  });
  return made;
}

/** Opens an example in a window of its own, and waits until it can be edited. */
export async function visit(on: Fair, name: string, faults: string[] = []): Promise<Page> {
  const context = await on.browser.newContext({ viewport: { width: 590, height: 460 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack}`));
  page.on("console", (said) => said.type() === "error" && faults.push(said.text()));
  await page.goto(`${on.origin}/${name}/`);
  await expect.poll(() => page.locator("#status").textContent()).toBe("saved");
  return page;
}

/** What is to be written in. */
export function editorOn(page: Page) {
  return page.locator("#editor, .field").first();
}

/** The text that a page shows in its editor: runs in the page. */
export function shown(): string {
  const field = document.querySelector(".field textarea");
  if (field instanceof HTMLTextAreaElement) return field.value;
  // Some editors show blanks that do not break.
  return (document.querySelector("#editor")?.textContent ?? "").replaceAll("\u00A0", " ");
}
