import type { FastifyInstance, FastifyRequest } from "fastify";
import { channelEndpoints as endpoints } from "../../../domain/alerts/notification-endpoints.ts";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { listChannels } from "../../store/reads/alerts/notifications.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { bodyOf } from "../kernel/body.ts";
import { answerRow, commitOnRow, parseMutation, rowOf } from "../kernel/command.ts";
import { found, type ResourceDeps } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";
import { awaitDelivery } from "./deliveries.ts";
import { type MailDeps, mustSendMail } from "./mail-channels.ts";

type ChannelMutation = "channel.put" | "channel.remove" | "channel.rotate";
type Asked = Pick<Call<typeof endpoints.put>, "request" | "reply" | "id">;

/** Channels: where notifications go. */
export function registerChannels(app: FastifyInstance, deps: ResourceDeps & MailDeps): void {
  route(app, endpoints.list, ({ request, query }) => listChannels(request.db, query));
  route(app, endpoints.one, ({ request, id }) => readChannel(request, id));

  const change =
    (type: ChannelMutation) =>
    async ({ request, reply, id: channelId }: Asked) => {
      if (type !== "channel.put") await readChannel(request, channelId);
      const commit = parseMutation(bodyOf(request), { type, channelId });
      mustSendMail(deps, commit.mutations);
      const outcome = await commitOnRow(request, deps, commit, { kind: "channel", id: channelId, creates: false });
      const channel = await rowOf(request, outcome, "channel", channelId);
      if (type === "channel.put" && isNew(channel) && !outcome.replayed) reply.code(201);
      return answerRow(reply, outcome, channel, newSecret(type, channel, commit, outcome));
    };
  route(app, endpoints.put, change("channel.put"));
  route(app, endpoints.remove, change("channel.remove"));
  route(app, endpoints.rotate, change("channel.rotate"));

  const test = async ({ request, reply, id: channelId }: Asked) => {
    await readChannel(request, channelId);
    const commit = parseMutation(bodyOf(request), { type: "channel.test", channelId });
    const outcome = await commitOnRow(request, deps, commit, { kind: "channel", id: channelId, creates: false });
    const [{ id: deliveryId }] = outcome.receipt.results as [{ id: string }];
    return answerRow(reply, outcome, await awaitDelivery(request, reply, deps, deliveryId));
  };
  route(app, endpoints.test, test, { longLived: true });
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
