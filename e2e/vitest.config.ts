import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts", "bindings/*.test.ts"],
    globalSetup: ["support/build.ts"],
    // Each file has a browser and a server; side by side they would only wait for each other.
    fileParallelism: false,
    // No test is about speed: on a machine with too much to do a page may take its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A connection that was cut comes back after a while, and longer on a busy machine.
    expect: { poll: { interval: 50, timeout: 45_000 } },
  },
});
