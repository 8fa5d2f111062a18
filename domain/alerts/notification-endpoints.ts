import { z } from "zod";
import { command, del, get, page, post, put, withReceipt } from "../kernel/endpoint.ts";
import { id } from "../kernel/primitives.ts";
import { listOf, oneQuery, pageQuery } from "../kernel/query.ts";
import { DELIVERY_STATUSES } from "../kernel/statuses.ts";
import { channelPut, channelRotate } from "./channel.ts";
import { channel, delivery } from "./contract.ts";
import { channelTest, deliveryReplay } from "./delivery.ts";

/** The endpoints of channels and of what is sent to them. */

const tag = "Notifications";
const listQuery = z.strictObject(pageQuery);

const SECRET_SHOWN =
  "The answer has the `secret` of a webhook when it was made by this call; it is shown this once. With an Idempotency-Key that came before it is not shown again.";

const change = {
  tag,
  known: ["type", "channelId"],
  answer: withReceipt(channel.sent),
  says: { 200: "As it is now" },
  problems: [409, 412, 422],
  repeatable: true,
  versioned: true,
} as const;
const withSecret = withReceipt(channel.sent, z.object({ secret: z.string().optional() }));

export const channelEndpoints = {
  list: get("/channels", {
    tag,
    summary: "Channels by id, without their secrets",
    query: listQuery,
    answer: page(channel.sent),
  }),
  one: get("/channels/:id", {
    tag,
    summary: "One channel, without its secrets",
    query: oneQuery,
    answer: channel.sent,
    tagged: true,
  }),
  put: put("/channels/:id", {
    ...change,
    summary: "Write a channel: where notifications go",
    description: `One commit of one \`channel.put\`. Webhooks and Alertmanagers are signed by Standard Webhooks. ${SECRET_SHOWN}`,
    body: channelPut,
    answer: withSecret,
    says: { 200: "As it is now", 201: "The new channel" },
  }),
  remove: del("/channels/:id", {
    ...change,
    summary: "Remove a channel with its secrets; rules that name it notify it no more",
    description: "One commit of one `channel.remove`.",
  }),
  rotate: post("/channels/:id/rotate-secret", {
    ...change,
    summary: "Give a channel a new secret; the old one signs too for 24 hours",
    description: SECRET_SHOWN,
    body: channelRotate,
    answer: withSecret,
  }),
  test: post("/channels/:id/test", {
    ...change,
    summary: "Send a test to a channel, and wait for the result",
    description: "Answers the delivery; it is still `pending` when there is no result within 15 seconds.",
    body: channelTest,
    answer: withReceipt(delivery.sent),
  }),
};

export const deliveryEndpoints = {
  list: get("/deliveries", {
    tag,
    summary: "The delivery log, the newest first",
    query: z.strictObject({
      channelId: id.optional(),
      alertId: id.optional(),
      digestId: id.optional().meta({ description: "Only the entries of this digest" }),
      status: listOf(DELIVERY_STATUSES).optional(),
      ...pageQuery,
    }),
    answer: page(delivery.sent),
  }),
  one: get("/deliveries/:id", { tag, summary: "One delivery", query: oneQuery, answer: delivery.sent, tagged: true }),
  replay: command("/deliveries/:id/replay", delivery, deliveryReplay, {
    tag,
    summary: "Send a delivery again, under the same webhook-id; answers the new delivery",
  }),
};
