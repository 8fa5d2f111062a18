import type { QueryClient } from "@tanstack/react-query";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { type Kind, ROWS } from "../../domain/rows.ts";
import type { Live } from "./newer.ts";
import type { preview, Reader } from "./preview.ts";
import { rowKey } from "./row-cache.ts";

/** The reducers are as much code as a page: they come after it, when the first command is mounted. */
let previewing: typeof preview | undefined;

/** Loads what previews clicks, once. Until it is here, or when it cannot be had, clicks only mark the rows they are on. */
export async function loadPreview(): Promise<void> {
  previewing ??= await import("./preview.ts").then(
    (module) => module.preview,
    () => undefined,
  );
}

/**
 * The rows that a click shows at once: what the domain makes of them (`preview.ts`), and the rows that it is on as they are, where that is not
 * known.
 *
 * @param commits what the click asks for; each is applied whole or not at all, and beside the others.
 */
export function shownAtOnce(
  client: QueryClient,
  commits: readonly (readonly ClientMutationInput[])[],
  reader: Reader,
): Live[] {
  return commits.flatMap((mutations) => {
    const rows = previewing?.(client, mutations, reader) ?? [];
    const known = new Set(rows.map(({ kind, id }) => `${kind} ${id}`));
    const clicked = mutations.flatMap((mutation) => clickedRow(client, mutation) ?? []);
    return [...rows, ...clicked.filter(({ kind, id }) => !known.has(`${kind} ${id}`))];
  });
}

/** The row that a mutation is named after, and whose id it carries: `alert.snooze` with its `alertId`. */
function clickedRow(client: QueryClient, mutation: ClientMutationInput): Live | undefined {
  const kind = mutation.type.slice(0, mutation.type.indexOf("."));
  if (!Object.hasOwn(ROWS, kind)) return undefined;
  const id = (mutation as { [name: string]: unknown })[ROWS[kind as Kind].idName];
  return typeof id === "string" ? client.getQueryData<Live>(rowKey(kind as Kind, id)) : undefined;
}
