import { defineConfig } from "vitest/config";
import tests from "./vitest.config.ts";

/** Makes the picture of the README anew: npm run screenshot. */
export default defineConfig({ test: { ...tests.test, include: ["screenshot.ts"] } });
