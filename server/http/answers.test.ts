import Fastify from "fastify";
import { expect, test } from "vitest";
import { z } from "zod";
import { get } from "../../domain/kernel/endpoint.ts";
import { checkAnswers } from "./answers.test-kit.ts";

const endpoint = get("/things", {
  tag: "Things",
  summary: "Things",
  answer: z.object({ items: z.array(z.object({ id: z.string(), size: z.int() })) }),
});

/** What is found wrong with an answer. */
async function faultsOf(answer: object, status = 200): Promise<string[]> {
  const app = Fastify();
  app.get("/things", { config: { endpoint } }, (_request, reply) => reply.code(status).send(answer));
  const misfits = checkAnswers(app);
  await app.inject("/things");
  await app.close();
  return [...misfits];
}

test("an answer that is not as its endpoint says is found: a wrong value, a field too few, one too many", async () => {
  expect(await faultsOf({ items: [{ id: "a", size: 1 }] })).toEqual([]);
  expect(await faultsOf({ items: [{ id: "a", size: "1" }] })).toEqual([
    "GET /things: items.0.size: Invalid input: expected number, received string",
  ]);
  expect(await faultsOf({ items: [{ id: "a" }] })).toHaveLength(1);
  expect(await faultsOf({ items: [{ id: "a", size: 1, colour: "red" }] })).toEqual([
    "GET /things: items.0.colour: nobody has defined this field",
  ]);
});

test("what `omitted` names may be missing, and problems are not compared", async () => {
  expect(await faultsOf({ items: [{ id: "a", omitted: ["size"] }] })).toEqual([]);
  expect(await faultsOf({ title: "Not found" }, 404)).toEqual([]);
});
