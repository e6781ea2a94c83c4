import { defineConfig } from "vitest/config";

/** Tests against the real server, which is built for them: npm run e2e. */
export default defineConfig({
  test: {
    include: ["test/e2e/*.e2e.ts"],
    globalSetup: "test/e2e/setup.ts",
    testTimeout: 30_000,
  },
});
