"use client";

import { ErrorState } from "../../components/ui/empty-state.tsx";
import { useTitle } from "../../components/ui/use-title.ts";

export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useTitle("Error");
  return (
    <ErrorState
      title="This page could not be loaded"
      detail={
        <>
          The server could not be asked for it. Its state is safe; try again in a moment.
          {error.digest && <span className="mt-1 block font-mono text-[12px]">{error.digest}</span>}
        </>
      }
      onRetry={reset}
      className="py-24"
    />
  );
}
