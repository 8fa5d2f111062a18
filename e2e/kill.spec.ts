import { expect, test } from "@playwright/test";
import type { LogEvent } from "../domain/kernel/event.ts";
import { freePort, startServer } from "./server.ts";

interface Receipt {
  receiptId: string;
  firstSeq: number;
  lastSeq: number;
  hash: string;
}

const COMMITS = 2000;
const IN_FLIGHT = 64;

test("kill -9 in the middle of 2,000 concurrent commits: every acknowledged one is there after restart, in order, none half applied, the chain verifies", async () => {
  test.setTimeout(300_000);
  const port = await freePort();
  const first = await startServer({ port });
  const headers = { authorization: `Bearer ${first.key}`, "content-type": "application/json" };
  const post = (mutations: unknown[]) =>
    fetch(`${first.url}/api/v1/commits`, { method: "POST", headers, body: JSON.stringify({ mutations }) });
  await post([{ type: "run.create", runId: "r", workflow: "kill" }]);

  const acknowledged: { n: number; receipt: Receipt }[] = [];
  let next = 0;
  let killed: Promise<void> | undefined;
  const caller = async () => {
    for (let n = next++; n < COMMITS; n = next++) {
      // Three rows in one commit: all of them, or none.
      const three = [
        { type: "workstream.create", runId: "r", workstreamId: `w${n}`, title: `W ${n}` },
        { type: "job.enqueue", runId: "r", jobId: `j${n}`, workstreamId: `w${n}` },
        { type: "event.append", eventType: "x.third", runId: "r", payload: { n } },
      ];
      try {
        const answer = await post(three);
        if (answer.status === 201) acknowledged.push({ n, receipt: (await answer.json()) as Receipt });
      } catch {
        return;
      }
      if (acknowledged.length > COMMITS / 2) killed ??= first.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  await killed;
  expect(acknowledged.length).toBeGreaterThan(COMMITS / 2);

  const second = await startServer({ port, dataDir: first.dataDir });
  try {
    const get = async <T>(path: string): Promise<T> =>
      (await (await fetch(`${second.url}/api/v1${path}`, { headers })).json()) as T;
    const events: LogEvent[] = [];
    for (let after = 0; ; ) {
      const page = await get<{ items: LogEvent[] }>(`/events?after=${after}&limit=1000&order=asc`);
      events.push(...page.items);
      if (page.items.length === 0) break;
      after = page.items.at(-1)?.seq ?? after;
    }
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    for (const { n, receipt } of acknowledged) {
      const range = events.slice(receipt.firstSeq - 1, receipt.lastSeq);
      expect(range.filter((event) => event.type === "x.third").map((event) => event.payload)).toEqual([{ n }]);
    }
    const count = (type: string) => events.filter((event) => event.type === type).length;
    expect(count("workstream.created")).toBe(count("x.third"));
    expect(count("job.enqueued")).toBe(count("x.third"));
    const run = await get<{ jobCounts: { queued: number } }>("/runs/r");
    expect(run.jobCounts.queued).toBe(count("job.enqueued"));
    expect(await get("/receipts/verify")).toMatchObject({ valid: true });
  } finally {
    await second.stop();
  }
});
