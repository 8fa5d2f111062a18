import { useMemo, useRef } from "react";
import { buildModel, type TimelineInput, type TimelineModel } from "./engine/model.ts";

/** The model of the live rows; unchanged rows stay the same objects. */
export function useModel({
  workstreams,
  jobs,
  attempts,
  trials,
  dependencies,
  approvals,
}: TimelineInput): TimelineModel {
  const previous = useRef<TimelineModel | undefined>(undefined);
  return useMemo(() => {
    const input = {
      workstreams,
      jobs,
      attempts,
      trials,
      ...(dependencies && { dependencies }),
      ...(approvals && { approvals }),
    };
    previous.current = buildModel(input, previous.current);
    return previous.current;
  }, [workstreams, jobs, attempts, trials, dependencies, approvals]);
}
