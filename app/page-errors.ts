/** An error in drawing a page on the server. */
export interface PageFault {
  error: unknown;
  /** The request's, as all lines of the server's log name it. */
  reqId: string | null;
  method: string;
  path: string;
  /** The page, as `/runs/[runId]`. */
  route: string;
  kind: string;
}

/** Pages are bundled apart from the server, so the two meet at a name that both know. */
const LISTENER = Symbol.for("switchyard.page-errors");

type Meeting = { [LISTENER]?: (fault: PageFault) => void };

const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Whoever draws pages hands on what went wrong; where nobody listens it goes to standard error. */
export function reportPageError(fault: PageFault): void {
  const listener = (globalThis as Meeting)[LISTENER];
  if (listener) listener(fault);
  else
    console.error(
      JSON.stringify({ level: "error", msg: "a page could not be drawn", ...fault, error: wordsOf(fault.error) }),
    );
}
