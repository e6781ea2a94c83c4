import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { launch } from "./support/browser.ts";
import { Server } from "./support/server.ts";

// An application of its own, on an origin of its own, with a script tag and ten lines.
test("a page elsewhere edits a document with the script that the server serves", async () => {
  let page = "";
  const application = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html").end(page);
  }).listen(0, "127.0.0.1");
  await once(application, "listening");
  const origin = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  const server = await Server.start("--allowed-origins", origin);
  const browser = await launch();
  page = `<!doctype html>
    <textarea></textarea>
    <script src="${server.url}/coscribe.js"></script>
    <script>
      const session = coscribe.connect("${server.url}");
      const doc = session.doc("notes", { type: "text" });
      coscribe.bindTextarea(doc, document.querySelector("textarea"), { user: { name: "Ann" } });
    </script>`;

  const [ann, bob] = [await browser.newPage(), await browser.newPage()];
  for (const window of [ann, bob]) {
    await window.goto(origin);
    await window.locator("textarea:not([readonly])").waitFor();
  }
  await ann.locator("textarea").pressSequentially("from elsewhere");
  await expect.poll(() => bob.locator("textarea").inputValue()).toBe("from elsewhere");
  await expect.poll(() => server.content("notes")).toEqual([{ insert: "from elsewhere" }]);
  await browser.close();
  await server.remove();
  application.close();
});
