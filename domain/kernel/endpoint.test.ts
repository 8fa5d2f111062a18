import { expect, test } from "vitest";
import { z } from "zod";
import { get, page, pathTo } from "./endpoint.ts";
import { listOf } from "./query.ts";

const things = get("/things/:id/parts", {
  tag: "Things",
  summary: "Parts of a thing",
  query: z.strictObject({
    status: listOf(["new", "old"]).optional(),
    q: z.string().optional(),
    limit: z.coerce.number().default(20),
    grouped: z
      .enum(["true", "false"])
      .transform((value) => value === "true")
      .optional(),
  }),
  answer: page(z.object({ id: z.string() })),
});

test("a path has its ids and its query escaped, lists with commas, and nothing of what is undefined", () => {
  expect(pathTo(things, { id: "a/b:ü" })).toBe("/things/a%2Fb%3A%C3%BC/parts");
  expect(pathTo(things, { id: "a", status: ["new", "old"], q: "x & y", limit: 5, grouped: true })).toBe(
    "/things/a/parts?status=new%2Cold&q=x+%26+y&limit=5&grouped=true",
  );
  expect(pathTo(things, { id: "a", status: "new", q: undefined })).toBe("/things/a/parts?status=new");
});

test("the compiler knows what a path and a query take", () => {
  // @ts-expect-error the id is missing
  pathTo(things, {});
  // @ts-expect-error there is no such status
  pathTo(things, { id: "a", status: ["lost"] });
  // @ts-expect-error there is no such parameter
  pathTo(things, { id: "a", colour: "red" });
  expect(things.query.safeParse({ status: "new,old" }).data).toMatchObject({ status: ["new", "old"], limit: 20 });
});
