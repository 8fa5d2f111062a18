"use client";

import { PageError } from "../components/shell/page-error.tsx";

export default function RootError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <PageError title="The console could not be loaded" digest={error.digest} reset={reset} />
    </main>
  );
}
