"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { createQueryClient } from "../components/live/query-client.ts";
import { Toasts } from "../components/shell/toasts.tsx";
import { TooltipProvider } from "../components/ui/tooltip.tsx";

/** What every page stands in. Each visit has a cache of its own; on the server, each request. */
export function Providers({ children, nonce }: { children: ReactNode; nonce: string | undefined }) {
  const [client] = useState(createQueryClient);
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      disableTransitionOnChange
      {...(nonce !== undefined && { nonce })}
    >
      <QueryClientProvider client={client}>
        <NuqsAdapter>
          <TooltipProvider delay={350}>{children}</TooltipProvider>
        </NuqsAdapter>
        <Toasts />
      </QueryClientProvider>
    </ThemeProvider>
  );
}
