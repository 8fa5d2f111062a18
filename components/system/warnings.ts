import type { System } from "../../domain/kernel/answers.ts";

/** What an operator should see to, in a word or two each. */
export function warningsOf({ memory, disks, log }: Pick<System, "memory" | "disks" | "log">): string[] {
  return [
    ...(memory?.short ? ["Short of memory"] : []),
    ...(disks?.some(({ short }) => short) ? ["Disk nearly full"] : []),
    ...(log.aheadMs > 0 ? ["Clock is behind"] : []),
  ];
}
