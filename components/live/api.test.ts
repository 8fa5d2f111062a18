import { afterEach, expect, test, vi } from "vitest";
import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { api, commit, signIn } from "./api.ts";

afterEach(() => vi.unstubAllGlobals());

function serve(...answers: (Response | Error)[]) {
  const sent: { url: string; key: string | null }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    sent.push({ url, key: new Headers(init.headers).get("idempotency-key") });
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error("nothing more to answer");
  });
  return sent;
}

function openPage(pathname: string) {
  const assign = vi.fn();
  vi.stubGlobal("window", { location: { pathname, search: "?status=open", assign } });
  return assign;
}

const ended = () => Response.json({ code: "unauthenticated", detail: "Sign in." }, { status: 401 });

test("a session that has ended redirects to the login page, and from there back here", async () => {
  const assign = openPage("/alerts");
  serve(ended());
  await expect(api.get(pathTo(alertEndpoints.list))).rejects.toMatchObject({ status: 401, detail: "Sign in." });
  expect(assign.mock.calls).toEqual([["/login?next=%2Falerts%3Fstatus%3Dopen&error=session_expired"]]);
});

test("a key that is refused stays on the login page", async () => {
  const assign = openPage("/login");
  const sent = serve(ended());
  await expect(signIn("wrong", "/")).rejects.toMatchObject({ status: 401 });
  expect(sent).toEqual([{ url: "/login/key", key: null }]);
  expect(assign).not.toHaveBeenCalled();
});

test("a commit whose response was lost is sent once more, with the same key", async () => {
  const sent = serve(new TypeError("fetch failed"), Response.json({ receiptId: "r" }, { status: 201 }));
  expect(await commit([{ type: "run.create", runId: "r1", workflow: "w" }])).toEqual({ receiptId: "r" });
  expect(sent).toHaveLength(2);
  expect(sent[0]?.key).not.toBeNull();
  expect(sent[1]).toEqual(sent[0]);
});

test("a click whose response was lost is not sent twice, and the message says so", async () => {
  const sent = serve(new TypeError("fetch failed"));
  await expect(api.post(pathTo(alertEndpoints.comment, { id: "a" }), { text: "hm" })).rejects.toMatchObject({
    code: "network",
    detail: "The server cannot be reached.",
  });
  expect(sent).toHaveLength(1);
});

test("a request to a busy server is not repeated: the reader sees the refusal", async () => {
  const sent = serve(Response.json({ code: "lane_full", detail: "Busy." }, { status: 503 }));
  await expect(api.get(pathTo(overviewEndpoints.summary))).rejects.toMatchObject({ status: 503, detail: "Busy." });
  expect(sent).toHaveLength(1);
});
