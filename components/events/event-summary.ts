import type { LogEvent } from "../../domain/kernel/event.ts";
import { oneLine } from "../../domain/kernel/text.ts";
import { OUTPUT_EVENT } from "../ui/output.ts";

/** Fields of a payload worth a place on an event's line, the most telling first. */
const TELLING = [
  "from",
  "to",
  "attemptStatus",
  "status",
  "agentKey",
  "attempt",
  "exitCode",
  "durationMs",
  "reason",
  "message",
  "title",
  "text",
] as const;
const MOST = 4;
const LONGEST_PART = 200;

/** Types that come often and say little by themselves: left out unless asked for. */
export const QUIET_TYPES: ReadonlySet<string> = new Set([
  OUTPUT_EVENT,
  "job.heartbeat_received",
  "workstream.progressed",
]);

/** What an event says, on one line: `running → failed · exit 1 · the tests failed`. */
export function eventSummary({ payload }: Pick<LogEvent, "payload">): string {
  const parts: string[] = [];
  const { from, to } = payload;
  if (isText(from) && isText(to)) parts.push(`${onLine(from)} → ${onLine(to)}`);
  const error = messageOf(payload.error);
  for (const name of TELLING) {
    if (parts.length >= MOST) break;
    const value = payload[name];
    if ((name === "from" || name === "to") && parts.length > 0) continue;
    if (name === "status" && parts.length > 0) continue;
    if (name === "exitCode" && typeof value === "number") parts.push(`exit ${value}`);
    else if (name === "durationMs" && typeof value === "number") parts.push(`${Math.round(value)} ms`);
    else if (name === "attempt" && typeof value === "number") {
      if (value > 0) parts.push(`attempt ${value}`);
    } else if (isText(value)) parts.push(onLine(value));
  }
  if (isText(to) && payload.follow === "jobs") parts.splice(1, 0, "by its jobs");
  if (error) parts.push(onLine(error));
  return parts.join(" · ").replaceAll("_", " ");
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const onLine = (text: string): string => oneLine(text, LONGEST_PART);

function messageOf(error: unknown): string | null {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return isText(message) ? message : null;
}
