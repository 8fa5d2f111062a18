/** One line per thing that happened, for people: time, what, about which job. */
export type Log = (line: string) => void;

/**
 * Writes to stdout with the local time in front. A reader that has gone away (a closed pipe) is no
 * reason to stop working.
 */
export function createLog(name: string): Log {
  process.stdout.on("error", () => undefined);
  return (line) => process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${name}  ${line}\n`);
}

/** The message of a thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
