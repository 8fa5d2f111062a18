import { RunNotFound } from "../../../../components/runs/run-not-found.tsx";

export default function NotFound() {
  return <RunNotFound />;
}
