import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Path of a Chromium: Playwright's own if it is installed, else the system's; undefined when there
 * is none.
 */
export function browserPath() {
  return [process.env.SWITCHYARD_CHROMIUM, chromium.executablePath(), ...SYSTEM].find(
    (path) => path && existsSync(path),
  );
}

/**
 * Installs a browser if none is there: Playwright's download first, then the system's package where
 * that is possible.
 */
export function ensureBrowser() {
  if (browserPath()) return;
  console.log("No browser found; installing Chromium …");
  const attempts = [
    ["npx", ["playwright", "install", "chromium"]],
    [
      "sh",
      [
        "-c",
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium",
      ],
    ],
  ];
  for (const [command, args] of attempts) {
    const { status, stderr } = spawnSync(command, args, { timeout: 300_000, encoding: "utf8" });
    if (browserPath()) return;
    console.log(`${command} ${args.join(" ")} did not help (${status}): ${(stderr ?? "").trim().split("\n").at(-1)}`);
  }
  throw new Error("No Chromium could be installed. Install one, or name it in SWITCHYARD_CHROMIUM.");
}
