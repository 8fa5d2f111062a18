import type { Logger } from "pino";

/** The report of an error in drawing a page (`app/page-errors.ts`). */
export interface PageFault {
  error: unknown;
  reqId: string | null;
  method: string;
  path: string;
  route: string;
  kind: string;
}

/** The name under which pages, which are bundled apart, find the listener. */
const LISTENER = Symbol.for("switchyard.page-errors");

/** Writes errors in drawing pages to the server's log, each with its page and its request. */
export function logPageErrors(logger: Pick<Logger, "error" | "warn">): void {
  (globalThis as { [LISTENER]?: (fault: PageFault) => void })[LISTENER] = ({ error, ...fault }) => {
    // The API has answered, but not as the page needs it: that has a line of its own.
    const isAnswer = error instanceof Error && error.name === "ServerFetchError";
    logger[isAnswer ? "warn" : "error"]({ err: error, ...fault }, "a page could not be drawn");
  };
}

/** Passes on an error in drawing a page that another process has reported. */
export function reportPageFault(fault: PageFault): void {
  (globalThis as { [LISTENER]?: (fault: PageFault) => void })[LISTENER]?.(fault);
}
