"use client";

import { Megaphone, Plus } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useCallback, useMemo, useState } from "react";
import type { System } from "../../../domain/kernel/answers.ts";
import type { Sent } from "../../../domain/kernel/wire.ts";
import { MoreRows, useFirstRows } from "../../lists/first-rows.tsx";
import { Button } from "../../ui/button.tsx";
import { useMayChange } from "../../ui/changes.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { TableCard } from "../../ui/table-card.tsx";
import { useOpened } from "../../ui/use-opened.ts";
import { useTitle } from "../../ui/use-title.ts";
import { AlertsNav } from "../alerts-nav.tsx";
import { type RuleList, useLiveRules } from "../rules/use-rules.ts";
import { draftOfChannel, newChannel } from "./channel-draft.ts";
import { ChannelDialog, type EditedChannel } from "./channel-form.tsx";
import { type ChannelAsk, ChannelItem } from "./channel-item.tsx";
import { type ChannelRow, type DeliveryPage, rulesOf } from "./channel-model.ts";
import { DeliveryLog, useDeliveryFilter } from "./delivery-log.tsx";
import { LinksNote } from "./links-note.tsx";
import { type NewSecret, SecretDialog } from "./secret-dialog.tsx";
import type { TestState } from "./test-result.tsx";
import { useChannelCommands, useChannels } from "./use-channels.ts";
import { VerifySnippet } from "./verify-snippet.tsx";

const CREATE = `curl -X PUT $URL/api/v1/channels/pager -H "authorization: Bearer $KEY" -H "content-type: application/json" \\
  -d '{"kind": "webhook", "target": "https://example.com/hook"}'`;

interface ChannelsScreenProps {
  initial: readonly Sent<"channel">[];
  rules: RuleList;
  /** What links in notifications begin with. */
  links: System["links"];
  /** The first page of the log, with the path it was asked for by. */
  deliveries: { path: string; page: DeliveryPage };
}

/** Where notifications go, and what has become of them. */
export function ChannelsScreen({ initial, rules: initialRules, links, deliveries }: ChannelsScreenProps) {
  const mayChange = useMayChange();
  const channels = useChannels(initial);
  const { first, rest, more } = useFirstRows(channels);
  const rules = useLiveRules(initialRules).data?.items ?? NONE;
  const [fresh, setFresh] = useState(false);
  const [asked, setAsked] = useQueryState("edit", parseAsString);
  const [asking, setAsking] = useState<{ what: "rotate" | "remove" | "verify"; channel: ChannelRow } | null>(null);
  const [secret, setSecret] = useState<NewSecret | null>(null);
  const [tests, setTests] = useState<{ readonly [channelId: string]: TestState }>({});
  const { setChannelId } = useDeliveryFilter();
  const { toggle, rotate, remove, test } = useChannelCommands((made, channel) =>
    setSecret({ secret: made, channel: channel.name, rotated: true }),
  );
  useTitle("Channels");

  const sendTest = useCallback(
    async (channel: ChannelRow) => {
      const { id } = channel;
      setTests((before) => ({ ...before, [id]: "waiting" }));
      const delivery = await test.run(channel);
      setTests(({ [id]: _, ...others }) => (delivery ? { ...others, [id]: delivery } : others));
    },
    [test.run],
  );
  const ask = useCallback(
    (what: ChannelAsk, channel: ChannelRow) => {
      if (what === "edit") void setAsked(channel.id);
      else if (what === "test") void sendTest(channel);
      else if (what === "deliveries") {
        void setChannelId(channel.id);
        document.getElementById("deliveries")?.scrollIntoView({ block: "start" });
      } else setAsking({ what, channel });
    },
    [sendTest, setAsked, setChannelId],
  );
  const close = () => {
    setFresh(false);
    void setAsked(null);
  };
  const seen = useCallback((id: string) => setTests(({ [id]: _, ...others }) => others), []);
  const onToggle = useCallback((row: ChannelRow, enabled: boolean) => void toggle.run(row, enabled), [toggle.run]);
  const users = useMemo(() => new Map(channels.map(({ id }) => [id, rulesOf(id, rules)])), [channels, rules]);
  const known = useOpened(asked, mayChange ? channels.find(({ id }) => id === asked) : undefined);
  const editing: EditedChannel | null = fresh
    ? { draft: newChannel(), seen: null }
    : known
      ? { draft: draftOfChannel(known), seen: known }
      : null;
  const asksOf = (what: "rotate" | "remove" | "verify") => (asking?.what === what ? asking.channel : null);
  const using = users.get(asksOf("remove")?.id ?? "") ?? [];
  const create = mayChange && (
    <Button variant="primary" onClick={() => setFresh(true)}>
      <Plus aria-hidden className="size-4" /> New channel
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Channels"
        badge={<AlertsNav />}
        description={
          mayChange
            ? "Where notifications go. Rules choose which channels are notified of their alerts."
            : "Where notifications go. Your role, viewer, cannot change them."
        }
        actions={create}
      />
      <LinksNote {...links} />
      {channels.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState
            icon={<Megaphone />}
            title="Nobody is notified of alerts yet"
            {...(mayChange && { command: CREATE })}
          >
            A channel is where notifications go: a webhook, an Alertmanager, Slack, e-mail, or the browsers that have
            this console open. Make one, send it a test, then name it in a rule.
          </EmptyState>
        </div>
      ) : (
        <TableCard>
          <ul aria-label="Channels">
            {first.map((channel) => (
              <ChannelItem
                key={channel.id}
                channel={channel}
                rules={users.get(channel.id) ?? NONE}
                test={tests[channel.id]}
                mayChange={mayChange}
                onAsk={ask}
                onToggle={onToggle}
                onTestSeen={seen}
              />
            ))}
          </ul>
          <MoreRows rest={rest} more={more} />
        </TableCard>
      )}
      <DeliveryLog channels={channels} first={deliveries} mayChange={mayChange} />
      <ChannelDialog
        editing={editing}
        taken={channels.map(({ id }) => id)}
        onClose={close}
        onSaved={(channel, made) => {
          close();
          if (made !== undefined) setSecret({ secret: made, channel: channel.name, rotated: false });
        }}
      />
      <SecretDialog shown={secret} onStored={() => setSecret(null)} />
      <Dialog
        open={asksOf("verify") !== null}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Verify what comes from ${asksOf("verify")?.name ?? ""}`}
        className="w-[min(42rem,calc(100vw-2rem))]"
      >
        <div className="mt-3">
          <VerifySnippet />
        </div>
      </Dialog>
      <ConfirmDialog
        open={asksOf("rotate") !== null}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Rotate the secret of ${asksOf("rotate")?.name ?? ""}?`}
        description="A new secret is made and shown once. What is sent carries both signatures for 24 hours, so that the receiver can change over without a gap."
        confirm="Rotate secret"
        onConfirm={async () => asking !== null && (await rotate.run(asking.channel)) !== undefined}
      />
      <ConfirmDialog
        open={asksOf("remove") !== null}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Remove channel ${asksOf("remove")?.name ?? ""}?`}
        description="Its secret is gone for good. What was sent stays in the log; what is on its way to it fails."
        confirm="Remove channel"
        danger
        onConfirm={async () => asking !== null && (await remove.run(asking.channel)) !== undefined}
      >
        {using.length > 0 ? (
          <div className="rounded-md bg-danger-soft px-2.5 py-2 text-body">
            <p className="font-medium">{formatPlural(using.length, "rule")} will no longer notify it:</p>
            <ul className="mt-1 list-disc pl-5">
              {using.map(({ ruleId, name }) => (
                <li key={ruleId}>{name}</li>
              ))}
            </ul>
          </div>
        ) : (
          <p className="text-body text-muted">No rule notifies it.</p>
        )}
      </ConfirmDialog>
    </>
  );
}

const NONE: readonly never[] = [];
