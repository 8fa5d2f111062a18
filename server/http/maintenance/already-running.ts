import { AlreadyRunning, type SoleWork } from "../../store/lease.ts";
import { ProblemError } from "../kernel/problem.ts";

const DETAIL: { [W in SoleWork]: string } = {
  cleanup: "What is old is being removed at this moment; ask again when that is done.",
  recalculation: "Figures are being rebuilt at this moment; ask again when that is done.",
  retention: "The log is being trimmed at this moment; ask again when that is done.",
};

/** The 409 of work that somebody else is doing already; other errors as they are. For `catch`. */
export function refuseSecond(error: unknown): never {
  if (!(error instanceof AlreadyRunning)) throw error;
  const headers = { "retry-after": "5" };
  throw new ProblemError(409, `${error.work}_under_way`, DETAIL[error.work], { headers, cause: error });
}
