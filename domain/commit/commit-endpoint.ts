import { z } from "zod";
import { named, post } from "../kernel/endpoint.ts";
import { receipt } from "../kernel/receipt.ts";
import { commitBody } from "./commit.ts";
import { CLIENT_MUTATION_TYPES, type ClientMutation, type ClientMutationInput, contractOf } from "./mutations.ts";

/** `POST /commits`, with the contract of every mutation. */

type Contract = z.ZodObject<{ type: z.ZodLiteral<string> }>;
const contracts = CLIENT_MUTATION_TYPES.map((type) => named(`Mutation.${type}`, contractOf(type) as Contract));
const mapping = CLIENT_MUTATION_TYPES.map((type) => [type, `#/components/schemas/Mutation.${type}`]);

const mutation = z.discriminatedUnion("type", contracts as [Contract, ...Contract[]]).meta({
  id: "Mutation",
  discriminator: { propertyName: "type", mapping: Object.fromEntries(mapping) },
}) as unknown as z.ZodType<ClientMutation, ClientMutationInput>;

export const commitEndpoint = post("/commits", {
  tag: "Commits",
  summary: "Change state: all mutations happen, or none",
  description:
    "Every fault of the commit is reported at once as `errors[]` with `index`, `type`, `code`, `message` and `path`: 400 for what breaks a contract, 422 for what the state forbids.",
  body: named("Commit", commitBody(mutation)),
  // Checked by `parseCommit`, with the faults of all mutations.
  known: [],
  answer: receipt,
  says: {
    201: "The receipt",
    200: "The same Idempotency-Key came before: the same receipt, with `Idempotency-Replayed: true`.",
  },
  problems: [409, 422],
  repeatable: true,
});
