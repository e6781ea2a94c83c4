import { defineConfig } from "vitest/config";
import tests from "./vitest.config.ts";

/** Makes the pictures of the README and of the examples anew: npm run screenshot. */
export default defineConfig({
  test: { ...tests.test, include: ["screenshot.ts", "screenshot.examples.ts"] },
});
