import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "./app.ts";
import { type Api, openApi } from "./kernel/resource.test-kit.ts";
import { createMetrics } from "./metrics.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test("a server that stops answers those who wait for jobs, ends streams, and closes", async () => {
  const stopping = new AbortController();
  const app = buildApp({ ...api.t.deps, metrics: createMetrics(), stopping: stopping.signal });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const authorization = `Bearer ${api.me.secret}`;

  const request = http.get({ port, path: "/api/v1/events?follow=true", headers: { authorization } });
  const [stream] = (await once(request, "response")) as [IncomingMessage];
  const ended = once(stream.resume(), "end");
  const body = JSON.stringify({ agentKey: "patient", waitMs: 30_000 });
  const claim = fetch(`http://127.0.0.1:${port}/api/v1/jobs/claim`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body,
  });
  // The claim has been committed, and waits, when its agent is there.
  while ((await api.me.get("/agents/patient")).status === 404) await new Promise(setImmediate);

  stopping.abort();
  const answer = await claim;
  expect([answer.status, await answer.json()]).toMatchObject([200, { jobs: [] }]);
  await ended;
  await app.close();
});
