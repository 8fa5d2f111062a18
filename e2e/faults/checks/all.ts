import type { History } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { checkFigures } from "./figures.ts";
import { checkEnds, checkJobs } from "./jobs.ts";
import { checkChain, checkCommits } from "./log.ts";
import { checkPeople } from "./people.ts";
import { withoutRemoved } from "./removed.ts";
import { checkReplay } from "./replay.ts";
import { checkBreakers, checkOverdue, checkRuns, type Outage, overdue } from "./timers.ts";

/** Everything that must hold after a fault, as complaints about what does not. */
export function checkAll(history: History, ledger: Ledger, outage: Outage): string[] {
  const kept = withoutRemoved(history);
  return [
    ...ledger.faults,
    ...checkChain(history),
    ...checkCommits(history, ledger),
    ...checkJobs(kept),
    ...checkEnds(history, ledger),
    ...checkFigures(history),
    ...checkRuns(kept),
    ...checkBreakers(history),
    ...checkPeople(kept),
    ...checkReplay(kept),
    ...checkOverdue(overdue(history.events, outage)),
  ];
}
