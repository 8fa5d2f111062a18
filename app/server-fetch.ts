import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { AnswerOf, PathOf } from "../domain/kernel/endpoint.ts";

/**
 * An answer other than success, other than 401 and 404; the page's error boundary shows its
 * message.
 */
export class ServerFetchError extends Error {
  override readonly name = "ServerFetchError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The database's time at the request for this page, epoch ms, from our own server. */
export async function pageTime(): Promise<number> {
  return Number((await headers()).get("x-switchyard-time")) || Date.now();
}

/**
 * Reads the API for a server component: over loopback to this same server, with the request's own
 * cookie. 401 leads to the login page, 404 to the not-found page. One request asks each path once.
 *
 * @param path by `pathTo`, which knows what it answers.
 * @throws ServerFetchError for any other answer than success.
 */
export const serverGet: <E>(path: PathOf<E>) => Promise<AnswerOf<E>> = cache(async (path: string) => {
  const incoming = await headers();
  // Set by our own server on every page request, so a page never has to know where it listens.
  const origin = incoming.get("x-switchyard-origin");
  if (!origin) throw new ServerFetchError(0, "This page was not asked for through the Switchyard server.");
  const response = await fetch(`${origin}/api/v1${path}`, {
    headers: { cookie: incoming.get("cookie") ?? "", accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status === 401) redirect("/login?error=session_expired");
  if (response.status === 404) notFound();
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
    const detail = typeof problem.detail === "string" ? problem.detail : `The server answered ${response.status}.`;
    throw new ServerFetchError(response.status, detail);
  }
  return await response.json();
});
