import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    // A worker for each core: the main process has nothing to do while they work.
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "pure",
          isolate: false,
          // A busy machine is no fault: what hangs is found all the same.
          testTimeout: 30_000,
          include: [
            "domain/**/*.test.ts",
            "client/**/*.test.ts",
            "components/**/*.test.{ts,tsx}",
            "app/**/*.test.{ts,tsx}",
          ],
          exclude: ["**/node_modules/**", "**/*.integration.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "server",
          // Files share a worker, and what they import: each has a database of its own, and
          // `drop()` finds what is left open.
          isolate: false,
          include: ["server/**/*.test.ts", "client/**/*.integration.test.ts"],
          // One real Postgres for the run. Vitest starts it only if a file of this project is among
          // those to run.
          globalSetup: ["server/testing/global-setup.ts"],
          provide: { givenServer: process.env.TEST_DATABASE_URL ?? "" },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A condition is waited for as long as a busy machine needs; one that holds ends the wait
          // at once.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
