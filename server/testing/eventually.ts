import { type VitestUtils, vi } from "vitest";

type WaitFor = VitestUtils["waitFor"];

/**
 * Waits until `check` no longer throws, as long as a busy machine needs: one that holds ends the
 * wait at once.
 */
export const eventually: WaitFor = (check, options) =>
  vi.waitFor(check, { timeout: 20_000, ...(typeof options === "number" ? { timeout: options } : options) });
