/** `npm run test:deep`: all tests at full depth. Arguments go to none of them. */
import { spawnSync } from "node:child_process";

const { status } = spawnSync("npm", ["test"], {
  stdio: "inherit",
  env: { ...process.env, SWITCHYARD_TEST_DEPTH: "deep" },
});
process.exitCode = status ?? 1;
