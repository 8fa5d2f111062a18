import type { EventType } from "../../../domain/events.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Kind } from "../../../domain/rows.ts";
import type { History } from "../history.ts";
import { type Ledger, MARK, type Sent } from "../ledger.ts";

/** The log is gapless from 1, in the order of time, and the receipts cover it without a hole. */
export function checkChain({ events, receipts, verified }: History): string[] {
  const faults: string[] = [];
  events.forEach((event, index) => {
    if (event.seq !== index + 1) faults.push(`event ${index + 1} of the log has position ${event.seq}`);
    const before = events[index - 1];
    if (before && event.at < before.at) faults.push(`event ${event.seq} is earlier than the one before it`);
  });
  let last = { lastSeq: 0, hash: receipts[0]?.prevHash ?? "" };
  for (const receipt of receipts) {
    if (receipt.firstSeq !== last.lastSeq + 1)
      faults.push(`receipt ${receipt.receiptId} does not follow on ${last.lastSeq}`);
    if (receipt.prevHash !== last.hash) faults.push(`receipt ${receipt.receiptId} is not chained to the one before it`);
    last = receipt;
  }
  if (last.lastSeq !== events.length) faults.push(`the receipts end at ${last.lastSeq}, the log at ${events.length}`);
  if (!verified.valid) faults.push(`/receipts/verify says ${JSON.stringify(verified)}`);
  else if (verified.checked !== receipts.length) {
    faults.push(`/receipts/verify has checked ${verified.checked} of ${receipts.length} receipts`);
  }
  return faults;
}

/**
 * What was acknowledged is there, once and whole, under the receipt that was given; what was
 * refused is not there; and of requests without an answer, all or nothing.
 */
export function checkCommits({ events, receipts }: History, ledger: Ledger): string[] {
  const faults: string[] = [];
  const stored = new Map(receipts.map((receipt) => [receipt.receiptId, receipt]));
  const marks = new Map<string, LogEvent[]>();
  for (const event of events) {
    if (event.type !== MARK) continue;
    const key = String(event.payload.key);
    marks.set(key, [...(marks.get(key) ?? []), event]);
  }
  const made = new Set(events.flatMap(madeBy));
  for (const sent of ledger.sent) {
    const name = `commit ${sent.key} (${sent.standing})`;
    const marked = marks.get(sent.key) ?? [];
    const expected = sent.standing === "acknowledged" ? [1] : sent.standing === "refused" ? [0] : [0, 1];
    if (!expected.includes(marked.length)) faults.push(`${name} is in the log ${marked.length} times`);
    if (sent.receipt) {
      const receipt = stored.get(sent.receipt.receiptId);
      if (receipt?.hash !== sent.receipt.hash || receipt.firstSeq !== sent.receipt.firstSeq) {
        faults.push(`${name}: its receipt ${sent.receipt.receiptId} is stored as ${JSON.stringify(receipt)}`);
      }
    }
    const [mark] = marked;
    const range = mark && receipts.find(({ firstSeq, lastSeq }) => firstSeq <= mark.seq && mark.seq <= lastSeq);
    const within = new Set(range ? events.slice(range.firstSeq - 1, range.lastSeq).flatMap(madeBy) : []);
    for (const id of idsOf(sent)) {
      if (mark && !within.has(id)) faults.push(`${name} is there without ${id}`);
      if (!mark && made.has(id)) faults.push(`${name} is not there, but ${id} is`);
    }
  }
  return faults;
}

const MADE: { readonly [type in string]?: Kind } = {
  "run.created": "run",
  "workstream.created": "workstream",
  "job.enqueued": "job",
  "routing.recorded": "decision",
  "session.created": "session",
  "approval.requested": "approval",
} satisfies { [T in EventType]?: Kind };

const madeBy = ({ type, subject }: LogEvent): string[] => (MADE[type] ? [`${MADE[type]} ${subject.id}`] : []);

/** What a commit brings into being, each under an id of its own. */
function idsOf({ mutations }: Sent): string[] {
  return mutations.flatMap((mutation) => {
    switch (mutation.type) {
      case "run.create":
        return [`run ${mutation.runId}`];
      case "workstream.create":
        return [`workstream ${mutation.workstreamId}`];
      case "job.enqueue":
        return [`job ${mutation.jobId}`];
      case "session.create":
        return [`session ${mutation.sessionId}`];
      case "approval.request":
        return [`approval ${mutation.approvalId}`];
      case "routing.record":
        return mutation.decisionId === undefined ? [] : [`decision ${mutation.decisionId}`];
      default:
        return [];
    }
  });
}
