import {
  type SubscribeAck,
  type SubscribeRequest,
  subscribeRequest,
  unsubscribeRequest,
} from "../../domain/kernel/live.ts";
import { shortened } from "../../domain/kernel/text.ts";

export type Refused = Extract<SubscribeAck, { error: unknown }>;
export type Refusal = Refused["error"]["code"];

export const refused = (code: Refusal, message: string): Refused => ({ error: { code, message } });

/** A client's `subscribe` request, or the refusal that says what is wrong with it. */
export function parseSubscribe(request: unknown): SubscribeRequest | Refused {
  const parsed = subscribeRequest.safeParse(request);
  if (parsed.success) {
    const { topic, since } = parsed.data;
    return since === undefined ? { topic } : { topic, since };
  }
  const topic = typeof request === "object" && request !== null && "topic" in request ? request.topic : undefined;
  const onlyTopic = parsed.error.issues.every((issue) => issue.path[0] === "topic");
  if (typeof topic === "string" && onlyTopic) return refused("unknown_topic", "there is no such topic");
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`);
  return refused("malformed", shortened(faults.join("; "), 500));
}

/** The topic of a client's `unsubscribe`, if valid. */
export function parseUnsubscribe(request: unknown): string | undefined {
  return unsubscribeRequest.safeParse(request).data?.topic;
}
