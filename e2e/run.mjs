/**
 * `npm run test:e2e`: a browser if there is none, then Playwright with whatever arguments follow.
 */
import { spawnSync } from "node:child_process";
import { ensureBrowser } from "./browser.mjs";

ensureBrowser();
const { status } = spawnSync(
  "npx",
  ["playwright", "test", "--config", "e2e/playwright.config.ts", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exitCode = status ?? 1;
