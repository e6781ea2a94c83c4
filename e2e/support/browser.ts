import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** The same names as scripts/ensure-chromium.sh looks for. */
const names = ["chromium", "chromium-browser", "google-chrome"];

/** Starts the machine's Chromium, without a window and with a fresh profile. */
export function launch(...args: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: find(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
}

function find(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {}
    }
  }
  throw new Error("there is no Chromium; run scripts/ensure-chromium.sh");
}
