"use client";

import { useRouter } from "next/navigation";
import { startTransition, useCallback, useEffect, useRef } from "react";
import { ErrorState } from "../ui/empty-state.tsx";

const ASK_EVERY_MS = 1_000;

interface PageErrorProps {
  title: string;
  digest?: string | undefined;
  /** React's: draws what stands inside the boundary again. */
  reset: () => void;
  className?: string;
}

/**
 * A page that could not be loaded. If the server is not ready, which it says, the page is asked for
 * again by itself as soon as it is; any other fault waits for a click.
 */
export function PageError({ title, digest, reset, className }: PageErrorProps) {
  const router = useRouter();
  const again = useCallback(() => {
    startTransition(() => {
      router.refresh();
      reset();
    });
  }, [router, reset]);
  const retry = useRef(again);
  retry.current = again;

  useEffect(() => {
    let wasAway = false;
    const ask = async () => {
      const ready = await fetch("/readyz").then(
        (answer) => answer.ok,
        () => false,
      );
      if (ready && wasAway) retry.current();
      wasAway = !ready;
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  return (
    <ErrorState
      title={title}
      detail={
        <>
          The server could not be asked for it. Its state is safe; this page tries again as soon as the server is ready.
          {digest && <span className="mt-1 block font-mono text-small">{digest}</span>}
        </>
      }
      onRetry={again}
      {...(className && { className })}
    />
  );
}
