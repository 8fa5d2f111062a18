import { stripVTControlCharacters } from "node:util";
import type { StreamName } from "../output-queue.ts";
import type { Figures, Reader } from "./figures.ts";
import { jest } from "./jest.ts";
import { mocha } from "./mocha.ts";
import { nodeTest } from "./node-test.ts";
import { pytest } from "./pytest.ts";
import { vitest } from "./vitest.ts";

/** The test runners whose summaries are understood. */
export const FRAMEWORKS = { pytest, vitest, jest, mocha, "node --test": nodeTest } as const;
export type Framework = keyof typeof FRAMEWORKS;
export const isFramework = (name: unknown): name is Framework =>
  typeof name === "string" && Object.hasOwn(FRAMEWORKS, name);

export type Summary = Figures & { framework: Framework };

/** A longer line is no summary; it is not kept either. */
const MAX_LINE = 2_000;
/** Of a command that runs the tests of many packages. */
const MAX_SUMMARIES = 100;

/**
 * Finds the summaries of test runners in output as it comes, however long it is; nothing else is
 * kept.
 */
export class SummaryFinder {
  readonly summaries: Summary[] = [];
  readonly #streams: { [stream in StreamName]: Lines };

  constructor(frameworks: readonly Framework[]) {
    const lines = () => new Lines(frameworks, (summary) => this.#add(summary));
    this.#streams = { stdout: lines(), stderr: lines() };
  }

  push(stream: StreamName, text: string): void {
    this.#streams[stream].push(text);
  }

  /** The output is complete: what stands on its last line counts, too. */
  end(): void {
    for (const lines of Object.values(this.#streams)) lines.end();
  }

  #add(summary: Summary): void {
    if (this.summaries.length < MAX_SUMMARIES) this.summaries.push(summary);
  }
}

class Lines {
  readonly #readers: { framework: Framework; read: Reader }[];
  readonly #found: (summary: Summary) => void;
  #rest = "";

  constructor(frameworks: readonly Framework[], found: (summary: Summary) => void) {
    this.#readers = frameworks.map((framework) => ({ framework, read: FRAMEWORKS[framework]() }));
    this.#found = found;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    for (const line of lines) this.#read(line);
  }

  end(): void {
    this.#read(this.#rest);
    this.#read("");
    this.#rest = "";
  }

  #read(raw: string): void {
    const line = raw.length >= MAX_LINE ? "" : stripVTControlCharacters(raw).trimEnd();
    for (const { framework, read } of this.#readers) {
      const figures = read(line);
      if (figures) this.#found({ framework, ...figures });
    }
  }
}
