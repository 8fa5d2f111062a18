"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { defaultRule } from "../../../domain/alerts/rule-defaults.ts";
import type { Sent } from "../../../domain/kernel/wire.ts";
import { mustBeDone } from "../../live/if-unmoved.ts";
import { useCommand } from "../../live/use-command.ts";
import { Button } from "../../ui/button.tsx";
import { useMayChange } from "../../ui/changes.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { useOpened } from "../../ui/use-opened.ts";
import { useTitle } from "../../ui/use-title.ts";
import { AlertsNav } from "../alerts-nav.tsx";
import { useChannels } from "../channels/use-channels.ts";
import { isChanged, removedBuiltIns, resetPut } from "./built-in.ts";
import { meanwhileWords, putRule, removeRule } from "./put-rule.ts";
import { draftOf, freeId, newDraft, putOf, type RulePut } from "./rule-draft.ts";
import { type Editing, RuleEditor } from "./rule-editor.tsx";
import { type RuleAsk, RuleItem } from "./rule-item.tsx";
import { RULES_KEY, type RuleList, useLiveRules } from "./use-rules.ts";

interface RulesScreenProps {
  initial: RuleList;
  channels: readonly Sent<"channel">[];
}

/** The conditions that raise alerts and who is notified: to read, edit and try on the past. */
export function RulesScreen({ initial, channels: initialChannels }: RulesScreenProps) {
  const mayChange = useMayChange();
  const rules = useLiveRules(initial);
  const channels = useChannels(initialChannels);
  const { save, set, remove } = useRuleCommands();
  const [asked, setAsked] = useQueryState("rule", parseAsString);
  const [fresh, setFresh] = useState<Editing | null>(null);
  const [confirming, setConfirming] = useState<{ what: "remove" | "reset"; rule: AlertRule } | null>(null);
  useTitle("Alert rules");
  const items = rules.data?.items ?? [];
  const taken = items.map(({ ruleId }) => ruleId);
  const known = useOpened(
    asked,
    items.find(({ ruleId }) => ruleId === asked),
  );
  const there = channels.map(({ id }) => id);
  const close = () => {
    setFresh(null);
    void setAsked(null);
  };
  const put = async (rule: RulePut, seen: AlertRule | null) => {
    const written = await save.run(rule, seen);
    if (written && "theirs" in written) return written.theirs;
    if (written) close();
    return null;
  };
  const ask = (what: RuleAsk, rule: AlertRule) => {
    if (what === "edit") void setAsked(rule.ruleId);
    else if (what !== "duplicate") setConfirming({ what, rule });
    else {
      const draft = { ...draftOf(rule), ruleId: freeId(rule.ruleId, taken), name: `${rule.name}, copy` };
      setFresh({ draft, seen: null });
    }
  };
  const reset = (rule: AlertRule) => {
    const { channels, escalation, notifyFolded } = putOf(rule, there);
    return resetPut(rule.ruleId, { channels, escalation, notifyFolded });
  };
  const confirmed = async () => {
    if (confirming === null) return false;
    const { what, rule } = confirming;
    if (what === "remove") return (await remove.run(rule)) !== undefined;
    const back = reset(rule);
    return back !== undefined && (await set.run(back, rule)) !== undefined;
  };
  const gone = mayChange ? removedBuiltIns(taken) : [];

  return (
    <>
      <PageHeader
        title="Alert rules"
        badge={<AlertsNav />}
        description={
          mayChange
            ? "What raises alerts. A change takes effect within seconds."
            : "What raises alerts. Your role, viewer, cannot change them."
        }
        actions={
          mayChange && (
            <Button
              variant="primary"
              onClick={() =>
                setFresh({ draft: { ...newDraft("queue_depth"), ruleId: freeId("rule", taken) }, seen: null })
              }
            >
              <Plus aria-hidden className="size-4" /> New rule
            </Button>
          )
        }
      />
      {rules.isError && <ErrorState detail={rules.error.message} onRetry={() => void rules.refetch()} />}
      {rules.isPending && <PageSkeleton />}
      <ul aria-label="Alert rules" className="overflow-clip rounded-lg border border-line bg-surface">
        {items.map((rule) => (
          <RuleItem
            key={rule.ruleId}
            rule={rule}
            channels={channels}
            mayChange={mayChange}
            busy={set.pending}
            changed={isChanged(rule)}
            onAsk={ask}
            onToggle={(one, enabled) => void set.run(putOf(one, there, { enabled }), one)}
          />
        ))}
      </ul>
      {gone.length > 0 && (
        <div className="mt-3 flex flex-wrap items-center gap-2 text-body text-muted">
          Removed built-in rules:
          {gone.map((ruleId) => (
            <Button
              key={ruleId}
              size="sm"
              disabled={set.pending}
              onClick={() => {
                const back = resetPut(ruleId);
                if (back) void set.run(back, null);
              }}
            >
              Bring back {defaultRule(ruleId)?.name}
            </Button>
          ))}
        </div>
      )}
      <RuleEditor
        editing={fresh ?? (known ? { draft: draftOf(known), seen: known } : null)}
        channels={channels}
        taken={taken}
        mayChange={mayChange}
        busy={save.pending}
        onClose={close}
        onSave={put}
      />
      <ConfirmDialog
        open={confirming?.what === "remove"}
        onOpenChange={(open) => !open && setConfirming(null)}
        title={`Remove rule ${confirming?.rule.name ?? ""}?`}
        description={`Its open alerts resolve. What it has raised stays in the log.${confirming?.rule.builtIn ? " It is built in: it can be brought back from below the list." : ""}`}
        confirm="Remove rule"
        danger
        onConfirm={confirmed}
      />
      <ConfirmDialog
        open={confirming?.what === "reset"}
        onOpenChange={(open) => !open && setConfirming(null)}
        title={`Reset rule ${confirming?.rule.name ?? ""} to its default?`}
        description="Its name, severity and thresholds become the defaults again, and it is turned on. Its channels stay."
        confirm="Reset to default"
        onConfirm={confirmed}
      />
    </>
  );
}

function useRuleCommands() {
  const client = useQueryClient();
  const onDone = () => client.invalidateQueries({ queryKey: RULES_KEY, exact: true });
  const failure = "The rule was not kept";
  const save = useCommand(putRule, { failure, onDone });
  const set = useCommand(
    async (rule: RulePut, seen: AlertRule | null) => mustBeDone(await putRule(rule, seen), meanwhileWords),
    { failure, onDone },
  );
  const remove = useCommand(async (rule: AlertRule) => mustBeDone(await removeRule(rule), meanwhileWords), {
    failure: "The rule could not be removed",
    onDone,
  });
  return { save, set, remove };
}
