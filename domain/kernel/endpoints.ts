import { z } from "zod";
import { summary, system } from "./answers.ts";
import { get, named, post } from "./endpoint.ts";
import { at, text } from "./fields.ts";

/** The endpoints of no area: the overview, the process, and the caller's own affairs. */

export const overviewEndpoints = {
  summary: get("/summary", { tag: "Overview", summary: "The overview's figures", answer: summary }),
  system: get("/system", {
    tag: "Overview",
    summary: "The process that answers: memory, hot tiers, position of the log",
    answer: system,
  }),
};

const me = named("Me", z.object({ tenantId: text, kind: z.enum(["key", "user"]), id: text, name: text, role: text }));
/** The caller. */
export type Me = z.infer<typeof me>;

export const accountEndpoints = {
  me: get("/me", { tag: "Account", summary: "The caller", answer: me, says: { 200: "The caller" } }),
  logout: post("/logout", {
    tag: "Account",
    summary: "End the session",
    says: { 204: "It has ended" },
    problems: [403],
  }),
  loginLink: post("/login-links", {
    tag: "Account",
    summary: "A link that signs in once; for admins",
    body: z.strictObject({ next: z.string().optional().meta({ description: "The page it leads to" }) }),
    answer: z.object({ url: text, expiresAt: at }),
    says: { 201: "The link" },
    problems: [403],
  }),
};
