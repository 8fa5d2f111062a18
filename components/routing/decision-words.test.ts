import { describe, expect, test } from "vitest";
import type { Candidate } from "../../domain/agents/contract.ts";
import { formatUtc } from "../ui/format.ts";
import { basisText, exclusionText, recordText, scoreParts, tryText, whyChosen } from "./decision-words.ts";
import { decision } from "./routing.test-kit.ts";

const candidate = (agentKey: string, score: number, more: Partial<Candidate> = {}): Candidate => ({
  agentKey,
  score,
  ...more,
});

describe("why an agent was chosen, in one sentence", () => {
  test("the best score, ahead of the next one, and how many were excluded", () => {
    const candidates = [
      candidate("aider", 0.81),
      candidate("codex", 0.7),
      candidate("rusty", 0.9, { excluded: "draining" }),
    ];
    expect(whyChosen(decision({ candidates }))).toBe(
      "aider had the best score of the 2 agents that could take the task: 0.810, ahead of 0.700; 1 other was excluded.",
    );
  });

  test("the only one, as a trial", () => {
    const candidates = [candidate("aider", 0.5, { trial: true })];
    expect(whyChosen(decision({ candidates }))).toBe(
      "aider was the only one that could take the task. It is a trial of its half-open breaker.",
    );
  });

  test("equal scores go by key; a task of raised priority avoids trials", () => {
    expect(whyChosen(decision({ candidates: [candidate("aider", 0.5), candidate("codex", 0.5)] }))).toContain(
      "of equal ones the first by key",
    );
    const candidates = [candidate("aider", 0.5), candidate("codex", 0.9, { trial: true })];
    expect(whyChosen(decision({ priority: 1, candidates }))).toContain("raised priority");
  });

  test("a decision made elsewhere is not explained by weights", () => {
    const recorded = decision({ weights: null, candidates: [candidate("aider", 0.7)] });
    expect(whyChosen(recorded)).toContain("chosen elsewhere");
    expect(tryText(recorded)).toBe("made elsewhere");
    expect(tryText(decision({ retryAttempts: 1 }))).toBe("try 2");
  });
});

test.each([
  ["capability go is missing", "It does not have the capability go."],
  ["breaker open until 2026-11-21T12:01:00.000Z", "Its breaker was open until 2026-11-21 12:01:00 UTC."],
  ["breaker forced_open", "Its breaker was forced open."],
  ["breaker half_open, no trial is free", "Its breaker was half open, and no trial was free."],
  ["no free slot: 4 of 4 busy", "It had no free slot: 4 of 4 were busy."],
  ["draining", "It was draining and took no new work."],
  ["excluded by the caller", "The caller excluded it."],
  ["tried already by dec_1", "It had been tried for this task before."],
  ["cost too high", "cost too high"],
])("an exclusion in words: %s", (excluded, words) => {
  expect(exclusionText(excluded, formatUtc)).toBe(words);
});

describe("what a score is made of", () => {
  const weights = { success: 2, speed: 1, load: 1 };
  const parts = { success: 0.8, speed: 0.4, load: 1, sample: 120, basis: "task_type" as const };

  test("the shares of the bar add up to the score", () => {
    const shares = scoreParts(candidate("aider", 0.75, { parts }), weights).map(({ share }) => share);
    expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0.75);
    expect(scoreParts(candidate("aider", 0.75), weights)).toEqual([]);
    expect(scoreParts(candidate("aider", 0.75, { parts }), null)).toEqual([]);
  });

  test("evidence names its basis and sample size", () => {
    expect(basisText(candidate("a", 1, { parts }), "review")).toBe("120 outcomes of review");
    expect(basisText(candidate("a", 1), "review")).toBe("no parts recorded");
    const record = { agentKey: "a", score: 1, successRate: 0.94, sample: 120, basis: "task_type" as const };
    expect(recordText(record, "review")).toBe("94% on review, n = 120");
    expect(recordText({ ...record, basis: "overall" }, "review")).toBe("94% on all its work, n = 120");
    expect(recordText({ ...record, successRate: null, sample: 0 }, "review")).toBe("no outcomes known");
  });
});
