/**
 * A process that does nothing but hold an embedded Postgres, for tests that kill it:
 * `tsx hold-embedded.ts <folder>`.
 */
import { startEmbedded } from "../database/embedded.ts";
import { StartupError } from "../database/errors.ts";

try {
  const { url, pid, stop } = await startEmbedded(process.argv[2] ?? "");
  process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ url, pid })}\n`);
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
