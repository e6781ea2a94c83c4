import { defineConfig } from "vitest/config";
import tests from "./vitest.config.ts";

/** Measures what a key costs: npm run typing. */
export default defineConfig({ test: { ...tests.test, include: ["typing.ts"] } });
