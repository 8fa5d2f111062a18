"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "./cn.ts";

/**
 * Copies to the clipboard, also on plain http beyond localhost, where browsers have no clipboard
 * API.
 */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function useCopied(): [copied: boolean, run: (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copy(text).then(setCopied)];
}

/** An id in mono that a click copies; `shown` when it is too long to stand there. */
export function CopyId({ id, shown = id, className }: { id: string; shown?: string; className?: string }) {
  const [copied, run] = useCopied();
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      title={`Copy ${id}`}
      aria-label={copied ? `Copied ${id}` : `Copy ${id}`}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        run(id);
      }}
      className={cn(
        "group inline-flex max-w-full items-center gap-1 rounded font-mono text-small text-muted hover:text-ink",
        className,
      )}
    >
      <span className="truncate">{shown}</span>
      <Icon
        aria-hidden
        className={cn(
          "size-3 shrink-0",
          copied ? "text-good" : "opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
        )}
      />
    </button>
  );
}

/** A command, or `what` it is, in mono with a button that copies it. */
export function CopyText({
  text,
  what = "the command",
  className,
}: {
  text: string;
  what?: string;
  className?: string;
}) {
  const [copied, run] = useCopied();
  const Icon = copied ? Check : Copy;
  return (
    <div className={cn("inline-flex items-stretch rounded-md border border-line bg-inset text-left", className)}>
      <code className="min-w-0 overflow-x-auto px-2.5 py-1.5 font-mono text-small whitespace-pre text-ink">{text}</code>
      <button
        type="button"
        aria-label={copied ? "Copied" : `Copy ${what}`}
        onClick={() => run(text)}
        className="flex w-8 shrink-0 items-center justify-center rounded-r-md border-l border-line text-muted hover:bg-hover hover:text-ink"
      >
        <Icon aria-hidden className={cn("size-3.5", copied && "text-good")} />
      </button>
    </div>
  );
}
