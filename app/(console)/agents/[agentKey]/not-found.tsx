import { AgentNotFound } from "../../../../components/agents/agent-not-found.tsx";

export default function NotFound() {
  return <AgentNotFound />;
}
