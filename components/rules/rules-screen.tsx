"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Plus } from "lucide-react";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect, useState } from "react";
import { commit } from "../live/api.ts";
import { useTopicRows } from "../live/rows.ts";
import { useCommand } from "../live/use-command.ts";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { buttonClass } from "../ui/button-class.ts";
import { cn } from "../ui/cn.ts";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { useTitle } from "../ui/use-title.ts";
import { draftOf, freeId, newDraft, type RulePut, ruleSummary } from "./rule-draft.ts";
import { type Editing, RuleEditor } from "./rule-editor.tsx";
import { RULE_LOOKS } from "./rule-fields.ts";
import { type AlertRule, RULES_KEY, type RuleList, useRules } from "./use-rules.ts";

/** The conditions that raise alerts, to be read, written and tried on what has happened. */
export function RulesScreen({ initial }: { initial: RuleList }) {
  const rules = useRules(initial);
  useFollowed();
  const { save, remove } = useRuleCommands();
  const [asked, setAsked] = useQueryState("rule", parseAsString);
  const [fresh, setFresh] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<AlertRule | null>(null);
  useTitle("Alert rules");
  const items = rules.data?.items ?? [];
  const taken = items.map(({ ruleId }) => ruleId);
  const known = items.find(({ ruleId }) => ruleId === asked);
  const close = () => {
    setFresh(null);
    void setAsked(null);
  };
  const put = async (rule: RulePut) => {
    if ((await save.run(rule)) !== undefined) close();
  };
  const rulePut = (rule: AlertRule, enabled: boolean): RulePut => {
    const { ruleId, kind, name, params, severity, forMs, channels, escalation } = rule;
    return { type: "rule.put", ruleId, kind, name, params, severity, enabled, forMs, channels, escalation };
  };

  return (
    <>
      <PageHeader
        title="Alert rules"
        description="What raises alerts. A change holds from the next look on, within seconds."
        actions={
          <>
            <Link href="/alerts" className={buttonClass()}>
              Alerts
            </Link>
            <Button
              variant="primary"
              onClick={() =>
                setFresh({ draft: { ...newDraft("queue_depth"), ruleId: freeId("rule", taken) }, isNew: true })
              }
            >
              <Plus aria-hidden className="size-4" /> New rule
            </Button>
          </>
        }
      />
      {rules.isError && <ErrorState detail={rules.error.message} onRetry={() => void rules.refetch()} />}
      {rules.isPending && <PageSkeleton />}
      <ul aria-label="Alert rules" className="overflow-clip rounded-lg border border-line bg-surface">
        {items.map((rule) => (
          <li
            key={rule.ruleId}
            className="flex items-center gap-3 border-b border-line px-3.5 py-2.5 last:border-b-0 hover:bg-hover"
          >
            <div className={cn("min-w-0 flex-1", !rule.enabled && "opacity-60")}>
              <div className="flex flex-wrap items-center gap-2">
                <button
                  type="button"
                  onClick={() => void setAsked(rule.ruleId)}
                  className="text-left font-medium break-words hover:underline"
                >
                  {rule.name}
                </button>
                <StatusBadge kind="severity" status={rule.severity} />
                {rule.builtIn && <Badge>Built in</Badge>}
                {!rule.enabled && <Badge>Off</Badge>}
              </div>
              <p className="mt-0.5 text-[12px] break-words text-muted">
                {ruleSummary(rule) || RULE_LOOKS[rule.kind].says}
              </p>
            </div>
            <Button size="sm" disabled={save.pending} onClick={() => void save.run(rulePut(rule, !rule.enabled))}>
              {rule.enabled ? "Turn off" : "Turn on"}
            </Button>
            <Menu
              align="end"
              trigger={
                <Button aria-label={`More for ${rule.name}`} size="sm" className="w-7 px-0! pointer-coarse:min-w-9">
                  <Ellipsis aria-hidden className="size-4" />
                </Button>
              }
            >
              <MenuItem onSelect={() => void setAsked(rule.ruleId)}>Edit</MenuItem>
              <MenuItem
                onSelect={() =>
                  setFresh({
                    draft: { ...draftOf(rule), ruleId: freeId(rule.ruleId, taken), name: `${rule.name}, copy` },
                    isNew: true,
                  })
                }
              >
                Duplicate
              </MenuItem>
              <MenuItem danger onSelect={() => setRemoving(rule)}>
                Remove…
              </MenuItem>
            </Menu>
          </li>
        ))}
      </ul>
      <RuleEditor
        editing={fresh ?? (known ? { draft: draftOf(known), isNew: false } : null)}
        busy={save.pending}
        onClose={close}
        onSave={(rule) => void put(rule)}
      />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Remove rule ${removing?.name ?? ""}?`}
        description="Its open alerts resolve. What it has raised stays in the log."
        confirm="Remove rule"
        danger
        onConfirm={async () => removing !== null && (await remove.run(removing.ruleId)) !== undefined}
      />
    </>
  );
}

function useRuleCommands() {
  const client = useQueryClient();
  const onDone = () => client.invalidateQueries({ queryKey: RULES_KEY, exact: true });
  const save = useCommand((rule: RulePut) => commit([rule]), { failure: "The rule was not kept", onDone });
  const remove = useCommand((ruleId: string) => commit([{ type: "rule.remove", ruleId }]), {
    failure: "The rule was not removed",
    onDone,
  });
  return { save, remove };
}

/** Loads the list again when somebody has changed a rule. */
function useFollowed(): void {
  const client = useQueryClient();
  const rows = useTopicRows("rules", "rule");
  const latest = rows.reduce((most, { seq }) => Math.max(most, seq), 0);
  useEffect(() => {
    if (latest > 0) void client.invalidateQueries({ queryKey: RULES_KEY, exact: true });
  }, [client, latest]);
}
