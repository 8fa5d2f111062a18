import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { SwitchyardError } from "../core/problem.ts";
import type { Client } from "../types.ts";
import { followCancellations } from "./cancellations.ts";

const cancelled = (id: string) => ({ type: "job.cancelled", subject: { kind: "job", id } }) as LogEvent;

test("cancellations are handed on; after a break what may have been missed is asked for, and the log says both once", async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const lines: string[] = [];
  let tries = 0;
  const tail: Client["tail"] = async function* ({ types, onOpen, onLost }) {
    expect(types).toEqual(["job.cancelled"]);
    tries += 1;
    if (tries === 2 || tries === 3) throw new SwitchyardError(403, "forbidden", "no", { retryAfterMs: 1 });
    onOpen?.();
    yield cancelled(`job-${tries}`);
    if (tries === 4) stop.abort();
    if (tries === 1) onLost?.(new SwitchyardError(0, "network", "closed"));
    throw new SwitchyardError(403, "forbidden", "no");
  };
  await followCancellations({
    client: { tail },
    onCancelled: (jobId) => seen.push(jobId),
    onFollowing: () => seen.push("following"),
    log: (line) => lines.push(line),
    signal: stop.signal,
  });
  expect(seen).toEqual(["following", "job-1", "following", "job-4"]);
  expect(lines).toEqual([
    "cancellations are seen with heartbeats only for now: SwitchyardError: closed",
    "follows cancellations again",
  ]);
});
