import type { QueryClient } from "@tanstack/react-query";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { type Kind, ROWS } from "../../domain/rows.ts";
import type { Live } from "./newer.ts";
import type { preview, Reader } from "./preview.ts";
import { rowKey } from "./row-cache.ts";

/**
 * The reducers are as large as a page: they are loaded after it, when the first command is mounted.
 */
let previewing: typeof preview | undefined;

/**
 * Loads the preview code, once. Until it is loaded, or when it fails, clicks only mark their rows
 * as pending.
 */
export async function loadPreview(): Promise<void> {
  previewing ??= await import("./preview.ts").then(
    (module) => module.preview,
    () => undefined,
  );
}

/**
 * The rows that a click shows at once: the domain's result (`preview.ts`), or the clicked rows
 * unchanged where there is none.
 *
 * @param commits the commits of the click; each is applied as a whole or not at all, independent of
 *   the others.
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

/** The row that a mutation names and whose id it has: `alert.snooze` with its `alertId`. */
function clickedRow(client: QueryClient, mutation: ClientMutationInput): Live | undefined {
  const kind = mutation.type.slice(0, mutation.type.indexOf("."));
  if (!Object.hasOwn(ROWS, kind)) return undefined;
  const id = (mutation as { [name: string]: unknown })[ROWS[kind as Kind].idName];
  return typeof id === "string" ? client.getQueryData<Live>(rowKey(kind as Kind, id)) : undefined;
}
