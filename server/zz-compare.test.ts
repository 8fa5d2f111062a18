import { expect, test } from "vitest";
import { KINDS as NEW_KINDS, ROWS } from "../domain/rows.ts";
import { ID_NAME, LARGE } from "../domain/wire.ts";
import { ROWS as DOCS } from "./http/openapi/rows.ts";
import { answeredSchema } from "./http/openapi/schemas.ts";
import { KINDS, TABLES } from "./store/tables.ts";
const strip = (v: any): any => Array.isArray(v) ? v.map(strip) : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).filter(([k, x]) => !(k === "description" && typeof x === "string")).map(([k, x]) => [k, strip(x)])) : v;
test("same", () => {
  expect([...NEW_KINDS].sort()).toEqual([...KINDS].sort());
  for (const kind of KINDS) {
    const is = ROWS[kind];
    expect([kind, is.table, is.stored, is.heavy, is.idName]).toEqual([kind, TABLES[kind].name, TABLES[kind].columns, TABLES[kind].heavy, ID_NAME[kind]]);
    expect([kind, is.large]).toEqual([kind, (LARGE as any)[kind] ?? []]);
    if (kind in DOCS) expect.soft([kind, strip(answeredSchema(is.sent))]).toEqual([kind, strip(answeredSchema((DOCS as any)[kind]))]);
  }
});
