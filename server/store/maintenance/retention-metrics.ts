import { Counter, type Registry } from "prom-client";

/** What retention counts, for `/metrics`. */
export interface RetentionMetrics {
  deleted: Counter<"table">;
  archivedFiles: Counter;
  archivedBytes: Counter;
  passes: Counter<"outcome">;
}

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const registers = [registry];
  return {
    deleted: new Counter({
      name: "retention_deleted_rows_total",
      help: "Rows that left because of their age",
      labelNames: ["table"],
      registers,
    }),
    archivedFiles: new Counter({
      name: "retention_archived_files_total",
      help: "Files of the log written to the archive",
      registers,
    }),
    archivedBytes: new Counter({
      name: "retention_archived_bytes_total",
      help: "Bytes of the files written to the archive, packed",
      registers,
    }),
    passes: new Counter({
      name: "retention_passes_total",
      help: "Looks at a tenant's log, by what became of them: done, stopped (the chain does not fit), failed",
      labelNames: ["outcome"],
      registers,
    }),
  };
}
