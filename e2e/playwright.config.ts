import { defineConfig } from "@playwright/test";
import { browserPath } from "./browser.mjs";

/** Retries hide races, so there are none; assertions retry by themselves. */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  timeout: 120_000,
  // A condition is waited for as long as a busy machine needs; one that holds ends the wait at
  // once.
  expect: { timeout: 20_000 },
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: browserPath(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
