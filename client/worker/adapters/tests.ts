import type { Json } from "../../../domain/kernel/primitives.ts";
import type { Adapter, AdapterOutcome, Command } from "../adapter.ts";
import { aboutJob, BadInput, commandOf, fieldsOf } from "../input.ts";
import { OutputDecoder } from "../output-text.ts";
import { FRAMEWORKS, type Framework, isFramework, type Summary, SummaryFinder } from "../summaries/index.ts";

const ALL = Object.keys(FRAMEWORKS) as Framework[];

/**
 * Runs a test command and reads its summary. Input: as of `shell`, and `framework` if only that
 * one's summary is to count. The result's `tests` is `{framework, passed, failed, skipped, total}`,
 * or null with the reason in `testsNote`: when no summary was understood, or several were, as then
 * some may stand in captured output of the tests themselves, and no sum of them is sure (`suites`
 * holds each, in order). Whether the job completes is decided by the exit code alone.
 */
export const tests: Adapter = {
  name: "tests",
  about: `runs tests and reads their summary (${ALL.join(", ")}): {argv | command, cwd?, env?, stdin?, framework?}`,
  async run(job, context) {
    const { frameworks, command } = parse(job.input);
    const finder = new SummaryFinder(frameworks);
    const decoders = { stdout: new OutputDecoder(), stderr: new OutputDecoder() };
    const outcome = await context.run({
      ...command,
      env: { ...aboutJob(job), ...command.env },
      onOutput(stream, chunk) {
        context.output(stream, chunk);
        finder.push(stream, decoders[stream].write(chunk));
      },
    });
    finder.end();
    return withSummary(outcome, finder.summaries, frameworks);
  },
};

function parse(input: Json | null): { frameworks: Framework[]; command: Command } {
  const { framework, ...rest } = fieldsOf(input, "`argv` or `command`");
  if (framework !== undefined && !isFramework(framework))
    throw new BadInput(`\`framework\` must be one of ${ALL.join(", ")}`);
  return { frameworks: framework === undefined ? ALL : [framework], command: commandOf(rest) };
}

function withSummary(outcome: AdapterOutcome, summaries: Summary[], looked: readonly Framework[]): AdapterOutcome {
  const [tests = null] = summaries.length === 1 ? summaries : [];
  const note = tests ? doubtAbout(tests, outcome) : whyNot(summaries, looked);
  const result = {
    ...outcome.result,
    tests: tests && { ...tests },
    ...(summaries.length > 1 && { suites: summaries.map((summary) => ({ ...summary })) }),
    ...(note !== undefined && { testsNote: note }),
  };
  if (!tests?.failed || outcome.error?.code !== "exit_code") return { ...outcome, result };
  const message = `${tests.failed} of ${tests.total} tests failed (${tests.framework}, exit code ${outcome.exitCode})`;
  return { ...outcome, result, error: { message, code: "tests_failed" } };
}

function whyNot(summaries: readonly Summary[], looked: readonly Framework[]): string {
  if (summaries.length === 0) return `no summary of ${looked.join(", ")} was found in the output`;
  return `${summaries.length} summaries were found in the output, of several suites or printed by the tests themselves: which of them count is not known`;
}

/** What a reader of the figures should know. */
function doubtAbout(
  { passed, failed, skipped, total }: Summary,
  { exitCode, error }: AdapterOutcome,
): string | undefined {
  const notes = [];
  if (passed + failed + skipped !== total)
    notes.push(`the runner counts ${total} tests, its parts add up to ${passed + failed + skipped}`);
  if (failed > 0 && exitCode === 0) notes.push("the command ended with exit code 0 although tests failed");
  if (failed === 0 && error) notes.push("the command failed although no test did; its output says why");
  return notes.length > 0 ? notes.join("; ") : undefined;
}
