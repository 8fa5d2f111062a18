import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";

/**
 * Where root keeps what Postgres must reach when the checkout or the data folder is one that only
 * root may enter.
 */
export const SHARED_ROOT = "/var/lib/switchyard";

/**
 * Makes a folder and those above it that are missing, all with this mode, whatever the caller's
 * umask is.
 */
export function makeFolder(folder: string, mode: number): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = path.resolve(folder); made.length >= path.resolve(first).length; made = path.dirname(made)) {
    chmodSync(made, mode);
  }
}

/** Makes SHARED_ROOT, or opens it again to those who must pass through. */
export function makeSharedRoot(): void {
  makeFolder(SHARED_ROOT, 0o711);
  chmodSync(SHARED_ROOT, 0o711);
}
