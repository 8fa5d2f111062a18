/**
 * The real server as a process, for tests that kill it: settings by the environment, the port on
 * stdout once it listens.
 */
import { serveReal } from "./serve-real.test-kit.ts";

const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
const { port, close } = await serveReal(env);
process.once("SIGTERM", () => void close().then(() => process.exit(0)));
process.stdout.write(`${port}\n`);
