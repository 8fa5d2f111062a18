import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { listChannels } from "../../store/reads/alerts/notifications.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { bodyOf, commitOnRow, parseMutation, rowOf, sendRow } from "../kernel/command.ts";
import { BASE, found, mustHaveReached, pageQuery, pathId, type ResourceDeps } from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { commandDoc, listDoc, oneDoc, type RouteDoc } from "../openapi/route-docs.ts";
import { awaitDelivery } from "./deliveries.ts";
import { type MailDeps, mustSendMail } from "./mail-channels.ts";

const query = z.strictObject(pageQuery);
const tag = "Notifications";

const SECRET_SHOWN =
  "The answer has the `secret` of a webhook when it was made by this call; it is shown this once. With an Idempotency-Key that came before it is not shown again.";

const PUT_DOC: RouteDoc = {
  ...channelDoc("channel.put", "Write a channel: where notifications go"),
  description: `One commit of one \`channel.put\`. Webhooks and Alertmanagers are signed by Standard Webhooks. ${SECRET_SHOWN}`,
};
const REMOVE_DOC = channelDoc(
  "channel.remove",
  "Remove a channel with its secrets; rules that name it tell it no more",
);
const ROTATE_DOC: RouteDoc = {
  ...channelDoc("channel.rotate", "Give a channel a new secret; the old one signs too for 24 hours"),
  description: SECRET_SHOWN,
};
const TEST_DOC: RouteDoc = {
  ...commandDoc({
    path: "/channels/:id/test",
    kind: "delivery",
    mutation: "channel.test",
    fixed: { channelId: "" },
    tag,
    summary: "Send a test to a channel, and wait for what comes of it",
  }),
  description: "Answers the delivery; it is still `pending` when nothing has come of it within 15 seconds.",
};

type ChannelMutation = "channel.put" | "channel.remove" | "channel.rotate";

function channelDoc(mutation: ChannelMutation, summary: string): RouteDoc {
  return commandDoc({ path: "/channels/:id", kind: "channel", mutation, tag, summary });
}

/** Channels: where notifications go. */
export function registerChannels(app: FastifyInstance, deps: ResourceDeps & MailDeps): void {
  const list = listDoc(tag, "Channels by id, without their secrets", "Channel", query);
  app.get(`${BASE}/channels`, { config: { doc: list } }, (request) =>
    listChannels(request.db, query.parse(request.query)),
  );
  const one = oneDoc(tag, "One channel, without its secrets", "Channel");
  app.get(`${BASE}/channels/:id`, { config: { doc: one } }, async (request, reply) => {
    const channelId = pathId(request);
    await mustHaveReached(request);
    const channel = await readChannel(request, channelId);
    reply.header("etag", etagOf(channel));
    return channel;
  });

  const change = (type: ChannelMutation) => async (request: FastifyRequest, reply: FastifyReply) => {
    const channelId = pathId(request);
    if (type !== "channel.put") await readChannel(request, channelId);
    const commit = parseMutation(bodyOf(request), { type, channelId });
    mustSendMail(deps, commit.mutations);
    const outcome = await commitOnRow(request, deps, commit, { kind: "channel", id: channelId, creates: false });
    const channel = await rowOf(request, outcome, "channel", channelId);
    const created = type === "channel.put" && isNew(channel) && !outcome.replayed;
    return sendRow(reply.code(created ? 201 : 200), outcome, channel, newSecret(type, channel, commit, outcome));
  };
  app.put(`${BASE}/channels/:id`, { config: { doc: PUT_DOC } }, change("channel.put"));
  app.delete(`${BASE}/channels/:id`, { config: { doc: REMOVE_DOC } }, change("channel.remove"));
  app.post(`${BASE}/channels/:id/rotate-secret`, { config: { doc: ROTATE_DOC } }, change("channel.rotate"));

  app.post(`${BASE}/channels/:id/test`, { config: { doc: TEST_DOC, longLived: true } }, async (request, reply) => {
    const channelId = pathId(request);
    await readChannel(request, channelId);
    const commit = parseMutation(bodyOf(request), { type: "channel.test", channelId });
    const outcome = await commitOnRow(request, deps, commit, { kind: "channel", id: channelId, creates: false });
    const [{ id: deliveryId }] = outcome.receipt.results as [{ id: string }];
    return sendRow(reply, outcome, await awaitDelivery(request, reply, deps, deliveryId));
  });
}

/** The channel; one that was removed is not there. */
async function readChannel(request: FastifyRequest, channelId: string): Promise<Wire<"channel">> {
  const row = await readRow(request.db, "channel", channelId);
  return found(row?.removedAt === null ? row : null, "channel", channelId);
}

const isNew = (channel: Wire<"channel">): boolean => channel.createdAt === channel.updatedAt;

/** The secret that this very commit has made; a caller's own it knows, and Slack's is its URL. */
function newSecret(
  type: ChannelMutation,
  channel: Wire<"channel">,
  { mutations: [mutation] }: { mutations: Mutation[] },
  outcome: CommitOutcome,
): { secret?: string } {
  const made = type === "channel.rotate" || (type === "channel.put" && isNew(channel));
  const given = mutation !== undefined && "secret" in mutation && mutation.secret !== undefined;
  const secret = outcome.row("channel", channel.id)?.secret;
  return made && !given && secret?.startsWith("whsec_") ? { secret } : {};
}
