"use client";

import { Copy } from "lucide-react";
import { IconButton } from "./button.tsx";
import { toast } from "./toast.ts";

/** Copies a long text that is shown beside it. */
export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      toast.success("Copied");
    } catch {
      toast.error("The browser does not allow copying here");
    }
  };
  return (
    <IconButton size="sm" label={label} onClick={() => void copy()}>
      <Copy aria-hidden className="size-3.5" />
    </IconButton>
  );
}
