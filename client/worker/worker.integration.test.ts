import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json } from "../../domain/kernel/primitives.ts";
import type { Adapter } from "./adapter.ts";
import {
  becomes,
  enqueue,
  folder,
  getJob,
  isAlive,
  lines,
  newAgent,
  outputOf,
  server,
  setUp,
  status,
  work,
} from "./worker.test-kit.ts";

setUp();

describe("the worker runs real commands", () => {
  test("exit code, duration and the end of the output are kept; the output is in the log", async () => {
    const agentKey = newAgent();
    work(agentKey, { capabilities: ["build"] });
    const { jobId, runId } = await enqueue(agentKey, { input: { command: "echo out; echo grüße; echo err >&2" } });
    await becomes(jobId, "completed");
    const job = await getJob(jobId);
    expect(job).toMatchObject({ exitCode: 0, claimedBy: agentKey, attempt: 1 });
    expect(job.attempts).toMatchObject([{ status: "completed", exitCode: 0, result: { truncated: false } }]);
    expect((job.result as { output: string }).output).toContain("grüße\n");
    const output = await outputOf(runId);
    const textOf = (stream: string) =>
      output
        .filter((piece) => piece.stream === stream)
        .map((piece) => piece.text)
        .join("");
    expect(textOf("stdout")).toBe("out\ngrüße\n");
    expect(textOf("stderr")).toBe("err\n");
    expect(output[0]).toMatchObject({ jobId, attempt: 1 });
    expect(await server.client.getAgent(agentKey)).toMatchObject({ capabilities: ["build"], capacity: 1 });
  });

  test("output is in the log while the command still runs", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const go = join(folder, "go");
    const { jobId, runId } = await enqueue(agentKey, {
      input: { command: `echo first; while ! [ -e ${go} ]; do sleep 0.02; done; echo last` },
    });
    await expect.poll(async () => (await outputOf(runId)).map((piece) => piece.text)).toEqual(["first\n"]);
    expect(await status(jobId)).toBe("running");
    await writeFile(go, "");
    await becomes(jobId, "completed");
    expect((await outputOf(runId)).map((piece) => piece.text)).toEqual(["first\n", "last\n"]);
  });

  test("a failing command fails the job with its exit code, after all its attempts", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const { jobId } = await enqueue(agentKey, {
      input: { command: 'echo "try $SWITCHYARD_ATTEMPT"; exit 2' },
      maxAttempts: 2,
      backoffMs: 1,
    });
    await becomes(jobId, "failed");
    const job = await getJob(jobId);
    expect(job.error).toEqual({ message: "exit code 2", code: "exit_code" });
    expect(job.attempts.map((attempt) => [attempt.exitCode, (attempt.result as { output: string }).output])).toEqual([
      [2, "try 1\n"],
      [2, "try 2\n"],
    ]);
  });

  test("what cannot be run is not tried again", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 3 });
    const again = { maxAttempts: 5, backoffMs: 1 };
    const { jobIds } = await enqueue(
      agentKey,
      { input: { argv: ["/no/such/program"] }, ...again },
      { input: { argv: [] }, ...again },
      { tool: "quantum", input: {}, ...again },
    );
    for (const jobId of jobIds) await becomes(jobId, "failed");
    const jobs = await Promise.all(jobIds.map(getJob));
    expect(jobs.map((job) => [job.error?.code, job.attempt])).toEqual([
      ["spawn_failed", 1],
      ["bad_input", 1],
      ["unknown_tool", 1],
    ]);
  });

  test("bytes that cannot be stored are replaced, and a flood is cut visibly with its end kept", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 2 });
    const { jobIds, runId } = await enqueue(
      agentKey,
      { input: { command: "printf 'a\\000b\\377c'" } },
      { input: { command: "seq 1 200000; echo the end" } },
    );
    const [odd, flood] = jobIds as [string, string];
    await becomes(odd, "completed");
    await becomes(flood, "completed");
    expect((await getJob(odd)).result).toEqual({ output: "a\uFFFDb\uFFFDc", truncated: false });
    const kept = (await getJob(flood)).result as { output: string; truncated: boolean };
    expect(kept.truncated).toBe(true);
    expect(kept.output.endsWith("200000\nthe end\n")).toBe(true);
    const pieces = (await outputOf(runId)).filter((piece) => piece.jobId === flood);
    expect(pieces.some((piece) => piece.truncated && piece.text.includes("bytes left out"))).toBe(true);
  });

  test("a result that the server refuses fails the job and says which field, and the worker goes on", async () => {
    const agentKey = newAgent();
    const results: { [key: string]: Json }[] = [
      { id: 2 ** 53 + 2 },
      { deep: { text: "a\0b" } },
      JSON.parse('{"a": {"__proto__": 1}}') as { [key: string]: Json },
      { text: "x".repeat(5_000_000) },
      { n: Number.NaN },
    ];
    const saying: Adapter = {
      name: "saying",
      run: (job) => Promise.resolve({ exitCode: 0, result: results[(job.input as { at: number }).at] ?? {} }),
    };
    // So many failures would open its breaker.
    const breaker = { windowSize: 100, minimumCalls: 100 };
    await server.client.commit([{ type: "agent.register", agentKey, breaker }]);
    work(agentKey, { adapters: [saying] });
    const jobs = [...results, {}].map((_one, at) => ({ tool: "saying", input: { at }, maxAttempts: 3 }));
    const { jobIds } = await enqueue(agentKey, ...jobs);
    await becomes(jobIds.at(-1) as string, "completed");
    const ended = await Promise.all(jobIds.slice(0, -1).map(getJob));
    for (const [at, said] of ["result.id", "result", "__proto__", "larger", "result.n"].entries()) {
      const job = ended[at];
      expect(job).toMatchObject({ status: "failed", attempt: 1, result: null, error: { code: "result_refused" } });
      expect(job?.error?.message).toContain(said);
      const line = lines.find((one) => one.includes(`${job?.jobId}#1 failed after`));
      expect(line).toContain(said);
      expect(lines.some((one) => one.includes(`${job?.jobId}#1 completed`))).toBe(false);
    }
  });

  test("never runs more jobs at once than it has slots, and as many as it has", async () => {
    const agentKey = newAgent();
    let now = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const counting: Adapter = {
      name: "counting",
      async run() {
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => release.push(resolve));
        now -= 1;
        return { exitCode: 0 };
      },
    };
    work(agentKey, { slots: 3, adapters: [counting] });
    const { jobIds } = await enqueue(agentKey, ...Array.from({ length: 7 }, () => ({ tool: "counting" })));
    for (let done = 0; done < 7; done += 1) {
      await expect.poll(() => now).toBe(Math.min(3, 7 - done));
      release.shift()?.();
    }
    for (const jobId of jobIds) await becomes(jobId, "completed");
    expect(most).toBe(3);
  });
});

describe("the worker and time", () => {
  test("a hung child that ignores SIGTERM is killed at its timeout with everything it started", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const pids = join(folder, "pids");
    const command = `trap '' TERM; sleep 1000 & echo $$ $! > ${pids}; echo hanging; wait`;
    const { jobId } = await enqueue(agentKey, { input: { command }, timeoutMs: 700 });
    await becomes(jobId, "timed_out");
    const job = await getJob(jobId);
    expect(job.error?.code).toBe("timeout");
    expect(job.attempts).toMatchObject([{ status: "timed_out", result: { output: "hanging\n", signal: "SIGKILL" } }]);
    for (const pid of (await readFile(pids, "utf8")).trim().split(" ")) {
      await expect.poll(() => isAlive(Number(pid))).toBe(false);
    }
  });

  test("a job cancelled by an operator has its child killed", async () => {
    const agentKey = newAgent();
    work(agentKey, { leaseMs: 1_000 });
    const pid = join(folder, "pid");
    const { jobId } = await enqueue(agentKey, { input: { command: `echo $$ > ${pid}; exec sleep 1000` } });
    await expect.poll(() => readFile(pid, "utf8").catch(() => "")).toMatch(/\d+\n/);
    await server.client.commit([{ type: "job.cancel", jobId, reason: "not needed" }]);
    const child = Number(await readFile(pid, "utf8"));
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => lines.join("\n")).toContain("its lease was lost");
    expect(await getJob(jobId)).toMatchObject({ status: "cancelled", result: null });
  });
});
