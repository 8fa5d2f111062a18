import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, type SqlQuery } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import pg from "pg";
import { prepareSession } from "./session.ts";

interface Glue {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

const INTERNAL_CHAR = 18;
const TEXT = 25;
const MARK = " (char)";

export interface OpenEngine {
  engine: SchemaEngine;
  close(): Promise<void>;
}

/**
 * Prisma's schema engine over the database at `url`, as WebAssembly from a package: the CLI would
 * download a binary. `datamodels` are pairs of path and content.
 */
export async function openSchemaEngine(url: string, datamodels: [string, string][]): Promise<OpenEngine> {
  glue ??= loadGlue();
  const { SchemaEngine } = await glue;
  const pool = new pg.Pool({ connectionString: url, onConnect: (client) => prepareSession(client, url) });
  const adapter = bindMigrationAwareSqlAdapterFactory(new CatalogueAdapter(markCharColumns(pool)));
  const engine = await SchemaEngine.new({ datamodels }, () => {}, adapter);
  return {
    engine,
    close: async () => {
      engine.free();
      await pool.end();
    },
  };
}

// Once per process: the glue keeps views of the memory of the instance it was first given.
let glue: Promise<Glue> | undefined;

async function loadGlue(): Promise<Glue> {
  // The package's own entry imports the .wasm file as a module, which Node does not do.
  const specifier = "@prisma/schema-engine-wasm/schema_engine_bg";
  const loaded = (await import(specifier)) as Glue;
  const file = createRequire(import.meta.url)
    .resolve(specifier)
    .replace(/\.js$/, ".wasm");
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {
    "./schema_engine_bg.js": loaded as unknown as WebAssembly.ModuleImports,
  });
  loaded.__wbg_set_wasm(instance.exports);
  (instance.exports as unknown as { __wbindgen_start(): void }).__wbindgen_start();
  return loaded;
}

/**
 * The catalogue has columns of Postgres' one-byte "char". The engine wants them typed as
 * characters; PrismaPg knows no such column and throws. So the pool calls them text under a marked
 * name, and the adapter takes the mark off again.
 */
class CatalogueAdapter extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    return Object.assign(adapter, {
      queryRaw: async (query: SqlQuery) => {
        const result = await queryRaw(query);
        for (const [index, name] of result.columnNames.entries()) {
          if (!name.endsWith(MARK)) continue;
          result.columnNames[index] = name.slice(0, -MARK.length);
          result.columnTypes[index] = ColumnTypeEnum.Character;
        }
        return result;
      },
    });
  }
}

function markCharColumns(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool) as (request: unknown) => Promise<pg.QueryResult>;
  const marking = async (request: unknown) => {
    const result = await query(request);
    for (const field of result.fields) {
      if (field.dataTypeID === INTERNAL_CHAR) Object.assign(field, { dataTypeID: TEXT, name: field.name + MARK });
    }
    return result;
  };
  return Object.assign(pool, { query: marking });
}
