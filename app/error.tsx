"use client";

import { ErrorState } from "../components/ui/empty-state.tsx";

export default function RootError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        title="The console could not be loaded"
        detail="The server could not be asked for it. Its state is safe; try again in a moment."
        onRetry={reset}
      />
    </main>
  );
}
