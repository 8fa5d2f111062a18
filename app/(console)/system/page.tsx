import type { Metadata } from "next";
import { SystemScreen } from "../../../components/system/system-screen.tsx";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../../domain/kernel/endpoints.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "System" };

export default async function SystemPage() {
  return <SystemScreen initial={await serverGet(pathTo(overviewEndpoints.system))} />;
}
