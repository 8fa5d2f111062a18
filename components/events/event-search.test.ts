import { expect, test } from "vitest";
import { cleanFilter, loadEventFilter } from "./event-search.ts";

test("a filter in the URL is named as in the API", async () => {
  const filter = await loadEventFilter(
    Promise.resolve({ type: "job.*,run.created", subject: "job:build-1", runId: "r-1" }),
  );
  expect(filter).toEqual({ types: ["job.*", "run.created"], subject: "job:build-1", runId: "r-1" });
});

test("every pattern that the API accepts is accepted, also the one for all types", () => {
  expect(cleanFilter({ types: ["*", "x.a:b_c-1"], subject: null, runId: null }).types).toEqual(["*", "x.a:b_c-1"]);
});

test("filters that the API would refuse are left out instead of breaking the page", () => {
  expect(cleanFilter({ types: ["job.*", "no spaces", "a*b"], subject: "nocolon", runId: "a/b" })).toEqual({
    types: ["job.*"],
    subject: null,
    runId: null,
  });
});
