import type { Instrumentation } from "next";
import { reportPageError } from "./app/page-errors.ts";

/** Next calls it with every error in drawing a page on the server. */
export const onRequestError: Instrumentation.onRequestError = (error, request, context) => {
  const id = request.headers["x-request-id"];
  reportPageError({
    error,
    reqId: typeof id === "string" ? id : null,
    method: request.method,
    // Without its query: that may hold a login link's token.
    path: request.path.split("?", 1)[0] ?? "",
    route: context.routePath,
    kind: context.routeType,
  });
};
