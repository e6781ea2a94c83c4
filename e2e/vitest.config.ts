import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts", "bindings/*.test.ts"],
    globalSetup: ["support/build.ts"],
    // Each file has a browser and a server; side by side they would only wait for each other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A connection that was cut comes back after a while, and longer on a busy machine.
    expect: { poll: { interval: 50, timeout: 20_000 } },
  },
});
