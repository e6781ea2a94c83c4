import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch } from "./browser.ts";
import { Server } from "./server.ts";

/** A browser and a server for all tests of a file. */
export interface Stage {
  browser: Browser;
  server: Server;
}

/** Starts both before the file's tests and ends both after them. */
export function stage(...flags: string[]): Stage {
  const made = {} as Stage;
  beforeAll(async () => {
    [made.browser, made.server] = await Promise.all([launch(), Server.start(...flags)]);
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.server?.remove();
  });
  return made;
}
