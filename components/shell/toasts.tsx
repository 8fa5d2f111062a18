"use client";

import { useTheme } from "next-themes";
import { Toaster } from "sonner";

/** Where short messages appear. */
export function Toasts() {
  const { resolvedTheme } = useTheme();
  return (
    <Toaster
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      mobileOffset={{ bottom: 72 }}
      toastOptions={{
        style: {
          background: "var(--raised)",
          border: "1px solid var(--line-strong)",
          color: "var(--ink)",
          fontSize: "var(--text-body)",
          borderRadius: 8,
          boxShadow: "var(--shadow)",
        },
        classNames: { description: "!text-muted" },
      }}
    />
  );
}
