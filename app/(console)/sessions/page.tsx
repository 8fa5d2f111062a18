import type { Metadata } from "next";
import { type SessionRow, sessionsPath, type TaskRow, tasksPath } from "../../../components/sessions/sessions-model.ts";
import { type FirstPage, SessionsScreen } from "../../../components/sessions/sessions-screen.tsx";
import { loadPeopleUrl } from "../../../components/sessions/sessions-url.ts";
import type { PeoplePage } from "../../../components/sessions/use-sessions.ts";
import type { System } from "../../../domain/kernel/answers.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Sessions" };

interface PageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Sessions({ searchParams }: PageProps) {
  const { tab, ...filters } = await loadPeopleUrl(searchParams);
  const [system, first] = await Promise.all([
    serverGet<System>("/system"),
    tab === "tasks" ? firstTasks(tasksPath(filters)) : firstSessions(sessionsPath(filters)),
  ]);
  return <SessionsScreen first={first} keptMs={system.keeps.sessionsMs} />;
}

async function firstSessions(path: string): Promise<FirstPage> {
  return { tab: "sessions", path, page: await serverGet<PeoplePage<SessionRow>>(path) };
}

async function firstTasks(path: string): Promise<FirstPage> {
  return { tab: "tasks", path, page: await serverGet<PeoplePage<TaskRow>>(path) };
}
