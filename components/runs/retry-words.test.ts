import { describe, expect, test } from "vitest";
import { comingBack, type RetryPreview, stayingCancelled } from "./retry-words.ts";

const preview = (part: Partial<RetryPreview> = {}): RetryPreview => ({
  ...{ comeBack: [], stay: [], truncated: false },
  ...part,
});
const jobs = (...runs: string[]) => runs.map((runId, n) => ({ jobId: `${runId}.${n}`, runId }));

describe("what the dialog says before a job is retried", () => {
  test.each([
    [jobs(), false, ""],
    [jobs("a"), false, "1 job cancelled because of it comes back too."],
    [jobs("a", "a"), false, "2 jobs cancelled because of it come back too."],
    [jobs("a", "b"), false, "2 jobs cancelled because of it come back too, those of run b among them."],
    [jobs("b", "c", "b"), false, "3 jobs cancelled because of it come back too, those of runs b, c among them."],
    [
      jobs("b", "c", "d", "e", "f"),
      true,
      "At least 5 jobs cancelled because of it come back too, those of runs b, c, d and 2 more among them.",
    ],
  ])("%o come back", (comeBack, truncated, words) => {
    expect(comingBack(preview({ comeBack, truncated }), "a")).toBe(words);
  });

  test("jobs of runs that have ended stay, by run, with what would bring them back", () => {
    const stay: RetryPreview["stay"] = [
      { jobId: "b.1", runId: "b", why: "run_ended", runStatus: "timed_out" },
      { jobId: "c.1", runId: "c", why: "token_cancelled", runStatus: "running" },
      { jobId: "b.2", runId: "b", why: "run_ended", runStatus: "timed_out" },
      { jobId: "a.1", runId: "a", why: "dependency_failed", runStatus: "running" },
    ];
    const said = stayingCancelled(preview({ stay })).map(
      ({ runId, before, after }) => `${before} run ${runId} ${after}`,
    );
    expect(said).toEqual([
      "2 jobs of run b stay cancelled, as it is timed out: retry that run to bring its jobs back.",
      "1 job of run c stays cancelled, as it has cancelled the token they work for.",
      "1 job of run a stays cancelled, as it has them depend on another job that did not complete.",
    ]);
  });
});
