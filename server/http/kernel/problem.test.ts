import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { expect, test } from "vitest";
import { z } from "zod";
import { PrismaClient } from "../../database/generated/client.ts";
import { StoreError } from "../../store/errors.ts";
import { ProblemError, toProblemError } from "./problem.ts";

/** Port 1 takes no connections; the folder of the socket does not exist. */
const NOWHERE = ["postgresql://nobody:none@127.0.0.1:1/none", "postgresql://nobody:none@localhost/none?host=/nowhere"];

test("a problem carries type, title, status, detail and code, and its extras cannot replace them", () => {
  const error = new ProblemError(409, "illegal_transition", "No.", { extra: { legal: ["running"], status: 200 } });
  expect(error.toProblem()).toEqual({
    type: "/docs#problem-illegal_transition",
    title: "Conflict",
    status: 409,
    detail: "No.",
    code: "illegal_transition",
    legal: ["running"],
    errors: [],
  });
});

test("a problem without single faults has an empty list of errors", () => {
  expect(toProblemError(new StoreError("unknown_entity", "No such run.")).toProblem().errors).toEqual([]);
});

test("zod's issues come as path, code and message, all of them", () => {
  const contract = z.strictObject({
    mutations: z.array(z.object({ runId: z.string() })),
    expect: z.number().optional(),
  });
  const { error } = contract.safeParse({ mutations: [{}, { runId: 3 }], expect: "x" });
  const problem = toProblemError(error).toProblem();
  expect(problem).toMatchObject({ status: 400, code: "malformed" });
  expect(problem.errors).toMatchObject([
    { path: "mutations.0.runId", code: "invalid_type" },
    { path: "mutations.1.runId", code: "invalid_type" },
    { path: "expect", code: "invalid_type" },
  ]);
});

test("the store's refusals keep their code, errors and extras", () => {
  const errors = [{ index: 3, type: "run.create", code: "exists", message: "There is one." }];
  expect(toProblemError(new StoreError("commit_refused", "Refused.", { errors })).toProblem()).toMatchObject({
    status: 422,
    code: "commit_refused",
    errors,
  });
  const gone = toProblemError(new StoreError("position_gone", "Gone.", { extra: { floor: 7 } })).toProblem();
  expect(gone).toMatchObject({ status: 410, floor: 7 });
});

test("a full lane says when to come back", () => {
  const problem = toProblemError(new StoreError("lane_full", "Busy."));
  expect([problem.status, problem.headers]).toEqual([503, { "retry-after": "1" }]);
});

test("an unknown error says nothing of its cause", () => {
  const problem = toProblemError(new Error("password=hunter2")).toProblem();
  expect(problem).toMatchObject({ status: 500, code: "internal" });
  expect(JSON.stringify(problem)).not.toContain("hunter2");
  expect(toProblemError("thrown text").status).toBe(500);
});

test("a database that refuses connections is recognised behind Prisma and behind pg", async () => {
  for (const connectionString of NOWHERE) {
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
    const byModel = await prisma.tenant.findMany().catch((error: unknown) => error);
    const byStatement = await prisma.$executeRaw`SELECT 1`.catch((error: unknown) => error);
    const byTransaction = await prisma.$transaction([prisma.tenant.findMany()]).catch((error: unknown) => error);
    await prisma.$disconnect();
    const byDriver = await new Client({ connectionString }).connect().catch((error: unknown) => error);
    for (const error of [byModel, byStatement, byTransaction, byDriver]) {
      expect(error).toBeInstanceOf(Error);
      expect(toProblemError(error)).toMatchObject({
        status: 503,
        code: "database_away",
        headers: { "retry-after": "1" },
      });
    }
  }
});
