import { malformed } from "./body.ts";

/** Where a PATCH takes a row: `status` is the row's own word for it, `to` the mutation's. */
export interface Move<S extends string> {
  status?: S | undefined;
  to?: S | undefined;
}

/** Where to, if anywhere. Throws 400 when the two words say different things. */
export function moveOf<S extends string>({ status, to }: Move<S>): S | undefined {
  if (status === undefined || to === undefined || status === to) return status ?? to;
  const message = `to: status says ${status}; \`to\` is another word for it`;
  throw malformed([{ index: -1, type: null, code: "contradiction", message, path: "to" }]);
}
