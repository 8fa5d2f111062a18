import type { Client } from "../types.ts";
import { CHAPTERS, type Chapter, type Story } from "./story.ts";

/**
 * Prints what happened, from what the server now says: every job with its attempts, exit code and
 * duration, and the story's chapters.
 */
export async function summarise(
  client: Client,
  url: string,
  runIds: readonly string[],
  story: Story,
  say: (line: string) => void,
): Promise<void> {
  for (const runId of runIds) {
    const run = await client.getRun(runId).catch(() => undefined);
    if (!run) continue;
    say(`\n${run.workflow} (${runId}): ${run.status}`);
    const { items } = await client.listJobs({ runId, limit: 100 });
    for (const job of [...items].reverse()) {
      const took = job.durationMs === null ? "" : `${(job.durationMs / 1000).toFixed(2)} s`;
      const exit = job.exitCode === null ? (job.reason ?? job.error?.message ?? "") : `exit code ${job.exitCode}`;
      const tries = job.attempt === 1 ? "" : `  ${job.attempt} attempts`;
      say(`  ${(job.step ?? job.jobId).padEnd(20)} ${job.status.padEnd(10)} ${took.padStart(8)}  ${exit}${tries}`);
    }
  }
  say("\nWhat happened:");
  for (const chapter of Object.keys(CHAPTERS) as Chapter[]) {
    const at = story.seen.get(chapter);
    say(`  ${at ? new Date(at).toTimeString().slice(0, 8) : "not seen"}  ${CHAPTERS[chapter]}`);
  }
  if (story.ends.get(runIds[0] ?? "") === "failed") say("\nA check did not pass: its output is in the run's timeline.");
  if (story.seen.has("alertLeft")) say(`\nAn alert waits to be acknowledged: ${url}/alerts`);
}
