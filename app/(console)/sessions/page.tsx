import type { Metadata } from "next";
import { sessionsPath, tasksPath } from "../../../components/sessions/sessions-model.ts";
import { type FirstPage, SessionsScreen } from "../../../components/sessions/sessions-screen.tsx";
import { loadPeopleUrl } from "../../../components/sessions/sessions-url.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../../domain/kernel/endpoints.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Sessions" };

interface PageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Sessions({ searchParams }: PageProps) {
  const { tab, ...filters } = await loadPeopleUrl(searchParams);
  const [system, first] = await Promise.all([
    serverGet(pathTo(overviewEndpoints.system)),
    tab === "tasks" ? firstTasks(tasksPath(filters)) : firstSessions(sessionsPath(filters)),
  ]);
  return <SessionsScreen first={first} keptMs={system.keeps.sessionsMs} />;
}

async function firstSessions(path: ReturnType<typeof sessionsPath>): Promise<FirstPage> {
  return { tab: "sessions", path, page: await serverGet(path) };
}

async function firstTasks(path: ReturnType<typeof tasksPath>): Promise<FirstPage> {
  return { tab: "tasks", path, page: await serverGet(path) };
}
