"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { System, TierReads, TierSize } from "../../domain/kernel/answers.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { DAY_MS } from "../../domain/kernel/time.ts";
import { api } from "../live/api.ts";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Fact, Facts } from "../ui/fact.tsx";
import { formatBytes, formatCount, formatDuration, formatPercent, formatSetting } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { MaintenanceCard } from "./maintenance-card.tsx";
import { warningsOf } from "./warnings.ts";

const EVERY_MS = 5_000;

/**
 * The server that answers: how long it is up, what it uses, what its hot tier brings, and what it
 * keeps.
 */
export function SystemScreen({ initial }: { initial: System }) {
  const { data } = useQuery({
    queryKey: ["system"],
    queryFn: ({ signal }) => api.get(pathTo(overviewEndpoints.system), signal),
    initialData: initial,
    refetchInterval: EVERY_MS,
  });
  const { memory, hotTier, disks, log, keeps } = data;
  const warnings = warningsOf(data);
  useTitle("System");
  return (
    <>
      <PageHeader
        title="System"
        badge={warnings.map((warning) => (
          <Badge key={warning} tone="blocked">
            {warning}
          </Badge>
        ))}
        description={`The server that answers this page; up for ${formatDuration(data.uptimeMs)}, Node ${data.node}.`}
      />
      <div className="grid gap-3 lg:grid-cols-2 xl:grid-cols-3">
        {memory && (
          <Card title="Memory">
            <Meter label="Process" used={memory.rssBytes} limit={memory.limitBytes} />
            <Meter label="JavaScript heap" used={memory.heapUsedBytes} limit={memory.heapLimitBytes} />
            <p className="mt-2 text-small text-muted">
              When either comes close to its limit the hot tier gives way; nothing is lost by that.
            </p>
          </Card>
        )}
        {disks && disks.length > 0 && (
          <Card title="Disks">
            {disks.map(({ holds, totalBytes, freeBytes, short }) => (
              <Meter
                key={holds}
                label={holds === "database" ? "Of the database" : "Of the archive"}
                used={totalBytes - freeBytes}
                limit={totalBytes}
                says={`${formatBytes(freeBytes)} free`}
                short={short}
              />
            ))}
            <p className="mt-2 text-small text-muted">
              When the database's disk is full changes are refused until there is room; nothing is lost by that.
            </p>
          </Card>
        )}
        <Card title="Log">
          {log.aheadMs > 0 && (
            <p role="status" className="mb-2 text-body text-danger">
              The database's clock is {formatDuration(log.aheadMs)} behind the newest event: it was ahead once, or is
              wrong now. Events keep the later time until it has caught up; timers go by the clock.
            </p>
          )}
          <Facts>
            <Fact name="Newest position">{formatCount(log.head)}</Fact>
            <Fact name="Oldest position kept">{formatCount(log.floor + 1)}</Fact>
            <Fact name="Events are kept for">
              {formatSetting(keeps.eventsMs)}
              <span className="text-muted">{keeps.archived ? ", then archived" : ", no archive is set"}</span>
            </Fact>
            <Fact name="Untouched sessions">{formatSetting(keeps.sessionsMs)}</Fact>
            <Fact name="Routing decisions">{formatSetting(keeps.decisionsMs)}</Fact>
            <Fact name="Idempotency keys">{formatSetting(keeps.keysMs)}</Fact>
          </Facts>
        </Card>
        {hotTier && (
          <Card title="Hot tier" className="lg:col-span-full">
            <div className="grid gap-x-6 gap-y-4 sm:grid-cols-3">
              <Tier name="This process" tier={hotTier.memory}>
                <Fact name="Bound">{formatBytes(hotTier.maxBytes)}</Fact>
                <Fact name="Time to live">{formatSetting(hotTier.ttlMs)}</Fact>
              </Tier>
              {hotTier.redis ? (
                <Tier name="Redis" tier={hotTier.redis} />
              ) : (
                <div>
                  <h3 className="mb-1.5 text-body font-medium">Redis</h3>
                  <p className="text-small text-muted">
                    Not used. Set <code>REDIS_URL</code> to share the hot tier between servers.
                  </p>
                </div>
              )}
              <Tier name="Postgres" tier={hotTier.durable} />
            </div>
          </Card>
        )}
        <MaintenanceCard days={Math.max(1, Math.round(keeps.decisionsMs / DAY_MS))} />
      </div>
    </>
  );
}

interface MeterProps {
  label: string;
  used: number;
  limit: number;
  /** What stands before the limit; by default, how much is used. */
  says?: string;
  /** Whether little is left; by default, above 85 %. */
  short?: boolean;
}

function Meter({ label, used, limit, says = formatBytes(used), short }: MeterProps) {
  const share = limit > 0 ? Math.min(1, used / limit) : 0;
  return (
    <div className="mb-2.5">
      <div className="flex justify-between text-body">
        <span className="text-muted">{label}</span>
        <span className="tabular-nums">
          {says} <span className="text-muted">of {formatBytes(limit)}</span>
        </span>
      </div>
      <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded-full bg-inset">
        <div
          className={
            (short ?? share > 0.85) ? "h-full rounded-full bg-status-blocked" : "h-full rounded-full bg-accent"
          }
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}

interface TierProps {
  name: string;
  tier: TierReads & Partial<TierSize>;
  children?: ReactNode;
}

function Tier({ name, tier, children }: TierProps) {
  return (
    <section aria-label={name}>
      <h3 className="mb-1.5 flex items-center gap-2 text-body font-medium">
        {name}
        {tier.up !== undefined && <Badge tone={tier.up ? "completed" : "failed"}>{tier.up ? "Up" : "Away"}</Badge>}
      </h3>
      <Facts>
        <Fact name="Found here">
          {formatPercent(tier.hitRatio)}
          <span className="text-muted"> of {formatCount(tier.hits + tier.misses)} reads</span>
        </Fact>
        {tier.rows !== undefined && tier.bytes !== undefined && (
          <Fact name="Holds">
            {formatCount(tier.rows)} rows, {formatBytes(tier.bytes)}
          </Fact>
        )}
        {children}
      </Facts>
    </section>
  );
}
