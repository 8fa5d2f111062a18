import { contextMerge, contextSet, mergeContext, setContext } from "../../execution/state/context.ts";
import { metadataSet, setMetadata } from "../../execution/state/metadata.ts";
import { cancelScope, enterScope, exitScope, scopeCancel, scopeEnter, scopeExit } from "../../execution/state/scope.ts";
import { restoreRun, runRestore } from "../../execution/state/snapshot.ts";
import { incrementStep, stepIncrement } from "../../execution/state/step.ts";
import { addToken, removeToken, tokenAdd, tokenRemove, tokenUpdate, updateToken } from "../../execution/state/token.ts";
import { byRun, op } from "../operation.ts";

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
