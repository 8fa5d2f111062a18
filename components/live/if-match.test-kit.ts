import { vi } from "vitest";

export interface SentRequest {
  method: string;
  path: string;
  ifMatch: string | null;
  body: unknown;
}

/**
 * A server with one row: accepts a write if its `If-Match` is the row's current tag, else responds
 * 412 with the row.
 */
export function serveRow<R extends object>(rows: R[], tagOf: (row: R) => string | number) {
  const sent: SentRequest[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const [now] = rows.length > 1 ? rows.splice(0, 1) : rows;
    if (!now) throw new Error("the server has no row");
    const ifMatch = new Headers(init.headers).get("if-match");
    sent.push({
      method: init.method ?? "",
      path: url,
      ifMatch,
      body: init.body ? JSON.parse(String(init.body)) : null,
    });
    if (ifMatch === `"${tagOf(now)}"`) return Response.json({ ...now, saved: true });
    return Response.json({ code: "stale_version", detail: "it has moved on", row: now }, { status: 412 });
  });
  return sent;
}
