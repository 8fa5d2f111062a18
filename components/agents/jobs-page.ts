import type { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";

/** Jobs as `GET /jobs` answers them. */
export type JobPage = AnswerOf<typeof jobEndpoints.list>;

/** How many of its latest jobs an agent's page shows. */
export const RECENT_JOBS = 25;
