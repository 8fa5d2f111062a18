"use client";

import { PageError } from "../../components/shell/page-error.tsx";
import { useTitle } from "../../components/ui/use-title.ts";

export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useTitle("Error");
  return <PageError title="This page could not be loaded" digest={error.digest} reset={reset} className="py-24" />;
}
