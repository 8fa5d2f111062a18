import { contextMerge, contextSet, mergeContext, setContext } from "../context.ts";
import { metadataSet, setMetadata } from "../metadata.ts";
import { byRun, op } from "../operation.ts";
import { cancelScope, enterScope, exitScope, scopeCancel, scopeEnter, scopeExit } from "../scope.ts";
import { restoreRun, runRestore } from "../snapshot.ts";
import { incrementStep, stepIncrement } from "../step.ts";
import { addToken, removeToken, tokenAdd, tokenRemove, tokenUpdate, updateToken } from "../token.ts";

/** The execution state of runs. */
export const EXECUTION_OPERATIONS = {
  "context.set": op(contextSet, setContext, byRun),
  "context.merge": op(contextMerge, mergeContext, byRun),
  "token.add": op(tokenAdd, addToken, byRun),
  "token.update": op(tokenUpdate, updateToken, byRun),
  "token.remove": op(tokenRemove, removeToken, byRun),
  "scope.enter": op(scopeEnter, enterScope, byRun),
  "scope.exit": op(scopeExit, exitScope, byRun),
  "scope.cancel": op(scopeCancel, cancelScope, byRun),
  "step.increment": op(stepIncrement, incrementStep, byRun),
  "run.restore": op(runRestore, restoreRun, byRun),
  "metadata.set": op(metadataSet, setMetadata, byRun),
};
