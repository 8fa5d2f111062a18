import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "./kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** All figures but the process's own, which come and go with the garbage. */
const series = async () =>
  (await api.t.deps.metrics.metrics()).split("\n").filter((line) => !/^(#|nodejs_|process_)/.test(line));

test("no request makes a figure under a name of its own", async () => {
  const ask = async (mark: string) => {
    const authorization = `Bearer ${api.me.secret}`;
    for (const headers of [{}, { authorization }, { authorization: `Bearer ${mark}` }, { cookie: `${mark}=1` }]) {
      for (const url of [`/api/v1/${mark}`, `/api/v1/runs/${mark}`, `/${mark}`, `/login?token=${mark}`])
        await api.t.app.inject({ method: "GET", url, headers });
      await api.t.app.inject({ method: "POST", url: `/api/v1/${mark}`, headers, payload: { [mark]: mark } });
      await api.t.app.inject({ method: "PROPFIND" as "GET", url: `/${mark}`, headers });
    }
  };
  await ask("foreign-0");
  const before = (await series()).length;
  for (let n = 1; n < 20; n += 1) await ask(`foreign-${n}`);
  const after = await series();
  expect(after.length).toBe(before);
  expect(after.filter((line) => line.includes("foreign"))).toEqual([]);
});
