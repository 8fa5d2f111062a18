import type { Metadata } from "next";
import { SystemScreen } from "../../../components/system/system-screen.tsx";
import type { System } from "../../../domain/kernel/answers.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "System" };

export default async function SystemPage() {
  return <SystemScreen initial={await serverGet<System>("/system")} />;
}
