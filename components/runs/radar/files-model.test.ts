import { describe, expect, it } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { aJob, anAttempt, aWorkstream } from "../timeline/engine/engine.test-kit.ts";
import { buildModel } from "../timeline/engine/model.ts";
import { filesTouched, findFiles, reportedFiles } from "./files-model.ts";

const report = (jobId: string, number: number, files: Json) => anAttempt(jobId, number, { result: { files } });

function filesOf(attempts: ReturnType<typeof anAttempt>[]) {
  const jobs = [
    aJob("one", { workstreamId: "a", step: "edit" }),
    aJob("two", { workstreamId: "b" }),
    aJob("three", { workstreamId: "b" }),
    aJob("alone"),
  ];
  const workstreams = [aWorkstream("a", { title: "Same" }), aWorkstream("b", { title: "Same" })];
  return filesTouched(buildModel({ workstreams, jobs, attempts, trials: new Set() }));
}

describe("files that attempts report", () => {
  it("are listed with who touched them, conflicts first, then by path", () => {
    const files = filesOf([
      report("one", 1, [
        { path: "src/b.ts", status: "modified" },
        { path: "src/z.ts", status: "added" },
      ]),
      report("two", 1, ["src/a.ts", { path: "src/z.ts" }]),
      report("three", 1, ["src/a.ts"]),
    ]);
    expect(files.map(({ path, conflict, touches }) => [path, conflict, touches.map((touch) => touch.job)])).toEqual([
      ["src/z.ts", true, ["edit", "two"]],
      ["src/a.ts", false, ["three", "two"]],
      ["src/b.ts", false, ["edit"]],
    ]);
    expect(files[0]?.touches[0]).toMatchObject({
      jobId: "one",
      workstream: "Same",
      status: "added",
      jobStatus: "queued",
    });
  });

  it("a workstream and a job without one are in conflict too", () => {
    const [file] = filesOf([report("one", 1, ["x"]), report("alone", 1, ["x"])]);
    expect(file?.conflict).toBe(true);
  });

  it("are those of the newest attempt that reports any; anything but a file is ignored", () => {
    const attempts = [
      report("one", 1, ["old"]),
      report("one", 2, [{ path: "new", status: 3 }, 7, { path: "" }, "new"]),
      anAttempt("one", 3),
    ];
    expect(reportedFiles(attempts)).toEqual([{ path: "new", status: null }]);
    expect(
      reportedFiles([anAttempt("one", 1, { result: "text" }), anAttempt("one", 2, { result: { files: 4 } })]),
    ).toEqual([]);
  });

  it("are filtered by every word of a text, or to conflicts only", () => {
    const files = filesOf([report("one", 1, ["src/App.tsx", "docs/app.md"]), report("two", 1, ["docs/app.md"])]);
    expect(findFiles(files, "app SRC", false).map(({ path }) => path)).toEqual(["src/App.tsx"]);
    expect(findFiles(files, "", true).map(({ path }) => path)).toEqual(["docs/app.md"]);
  });
});
