import { TriangleAlert } from "lucide-react";
import type { System } from "../../../domain/kernel/answers.ts";

/**
 * Which address the links in notifications lead to, and whether others than this machine can open
 * them.
 */
export function LinksNote({ origin, local }: System["links"]) {
  if (!local) {
    return (
      <p className="mb-3 text-small text-muted">
        Links in notifications begin with <code className="font-mono break-all">{origin}</code>.
      </p>
    );
  }
  return (
    <p
      role="note"
      className="mb-3 flex items-start gap-2 rounded-md border border-status-blocked bg-surface px-2.5 py-2 text-body"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-status-blocked" />
      <span>
        Links in notifications begin with <code className="font-mono text-small break-all">{origin}</code>, which only
        this server's own machine can open. Whoever runs it can set the address that people use with{" "}
        <code className="font-mono text-small">SWITCHYARD_PUBLIC_URL</code>.
      </span>
    </p>
  );
}
