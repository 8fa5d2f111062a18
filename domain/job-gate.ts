import type { Approval } from "./approval.ts";
import type { Tx } from "./tx.ts";

/** Told of every approval that has been settled, so that the job that waits for it is released or cancelled. */
export function approvalSettled(_tx: Tx, _approval: Readonly<Approval>): void {}
