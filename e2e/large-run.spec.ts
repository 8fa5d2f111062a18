import type { Page } from "@playwright/test";
import type { createClient } from "../client/index.ts";
import { expect, test } from "./test.ts";

type Client = ReturnType<typeof createClient>;
type Mutations = Parameters<Client["commit"]>[0];

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const jobOf = (runId: string, at: number): string => `${runId}.j${String(at).padStart(4, "0")}`;

/** A run of so many jobs, of which one has failed and one runs. */
async function largeRun(client: Client, runId: string, jobs: number, failed: number, running: number): Promise<void> {
  await client.commit([{ type: "run.create", runId, workflow: "large" }]);
  for (let from = 0; from < jobs; from += 100) {
    const batch: Mutations = [];
    for (let at = from; at < Math.min(jobs, from + 100); at += 1) {
      batch.push({ type: "job.enqueue", jobId: jobOf(runId, at), runId, queue: runId, step: `part ${at}` });
    }
    await client.commit(batch);
  }
  await client.commit([
    { type: "job.start", jobId: jobOf(runId, failed), agentKey: "large-hand" },
    { type: "job.fail", jobId: jobOf(runId, failed), error: "the disk is full", retryable: false },
    { type: "job.start", jobId: jobOf(runId, running), agentKey: "large-hand" },
  ]);
}

test("of a run of 2,600 jobs the failed one, the running one and the linked one are there, and the rest is reached", async ({
  operator,
  client,
}) => {
  test.setTimeout(240_000);
  const runId = "large-2600";
  const running = jobOf(runId, 2_400);
  await largeRun(client, runId, 2_600, 2_450, 2_400);

  await operator.goto(`/runs/${runId}`);
  await live(operator);
  const wrong = operator.getByRole("note", { name: "What went wrong" });
  await expect(wrong).toContainText("part 2450");
  await wrong.getByRole("button", { name: "part 2450" }).click();
  await expect(operator.getByRole("complementary", { name: "Job part 2450" })).toContainText("the disk is full");
  const size = operator.getByRole("note", { name: "Size of the run" });
  await expect(size).toContainText(/2,\d{3} of 2,600 jobs are loaded/);
  await expect(size).toContainText(/Not loaded: \d{3} queued\./);
  await expect(operator.getByRole("tab", { name: /^Jobs/ })).toContainText("2,600");

  // Whatever happens to a job that is not loaded comes in by itself.
  const late = jobOf(runId, 2_599);
  await client.commit([
    { type: "job.start", jobId: late, agentKey: "large-hand" },
    { type: "job.fail", jobId: late, error: "late", retryable: false },
  ]);
  await expect(wrong).toContainText("and 1 more");

  // A link to a job that no page has yet.
  const far = jobOf(runId, 2_300);
  await operator.goto(`/runs/${runId}?job=${far}`);
  await expect(operator.getByRole("complementary", { name: "Job part 2300" })).toBeVisible();
  await operator.goto(`/runs/${runId}?job=no-such-job`);
  await expect(operator.getByRole("complementary", { name: "Job no-such-job" })).toContainText("no job with this id");

  await operator.goto(`/runs/${runId}?tab=jobs`);
  await live(operator);
  const table = operator.getByRole("table", { name: "Jobs" });
  const pick = async (status: string) => {
    await operator.getByRole("combobox", { name: "Status" }).click();
    await operator.getByRole("option", { name: status, exact: true }).click();
  };
  await pick("Failed");
  await expect(table.getByRole("row").filter({ hasText: "part 2450" })).toBeVisible();
  await expect(operator.getByText("2 of 2", { exact: true })).toBeVisible();
  await pick("Running");
  await expect(table.getByRole("row").filter({ hasText: running })).toBeVisible();
  await pick("Any status");
  await operator.getByRole("searchbox", { name: "Find jobs" }).fill("part 2333");
  const hit = table.getByRole("row").filter({ hasText: "part 2333" });
  await expect(hit).toBeVisible();
  await expect(operator.getByText("1 of 1", { exact: true })).toBeVisible();
  await hit.getByRole("button").click();
  await expect(operator.getByRole("complementary", { name: "Job part 2333" })).toBeVisible();

  // Page by page the whole run is here.
  await operator.goto(`/runs/${runId}`);
  await live(operator);
  await size.getByRole("button", { name: "Load more" }).click();
  await expect(size).toHaveCount(0);
  await expect(operator.getByText("2,600 jobs", { exact: true })).toBeVisible();
});

test("a job of another run is named with the run it belongs to", async ({ operator, client }) => {
  await client.commit([
    { type: "run.create", runId: "linked-a", workflow: "a" },
    { type: "job.enqueue", jobId: "linked-a.first", runId: "linked-a", step: "first" },
    { type: "run.create", runId: "linked-b", workflow: "b" },
    { type: "job.enqueue", jobId: "linked-b.second", runId: "linked-b", step: "second", dependsOn: ["linked-a.first"] },
  ]);
  await operator.goto("/runs/linked-b?job=linked-b.second");
  await live(operator);
  await operator
    .getByRole("region", { name: "Depends on" })
    .getByRole("link", { name: "first of run linked-a" })
    .click();
  await expect(operator.getByRole("complementary", { name: "Job first" })).toBeVisible();
});
