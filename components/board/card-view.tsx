"use client";

import { Hand } from "lucide-react";
import Link from "next/link";
import type { ReactNode, Ref } from "react";
import { runHref } from "../../domain/kernel/links.ts";
import { cn } from "../ui/cn.ts";
import { formatRelative } from "../ui/format.ts";
import { useNow } from "../ui/now.ts";
import { toneColor } from "../ui/status.ts";
import { useMoment } from "../ui/use-moment.ts";
import { type Card, chipsOf } from "./board-model.ts";
import { CardProgress } from "./card-progress.tsx";

interface CardViewProps {
  card: Card;
  /** It came here by a move made elsewhere, a moment ago. */
  arrived?: boolean;
  /** Lifted: it follows the pointer. */
  lifted?: boolean;
  /** Its place while a copy of it follows the pointer. */
  ghost?: boolean;
  /** Handle and menu. */
  controls?: ReactNode;
  showRun?: boolean;
  ref?: Ref<HTMLElement>;
}

/**
 * One workstream on the board: what it is, how far its jobs are, how long it has been in its
 * column.
 */
export function CardView(props: CardViewProps) {
  const { card, arrived, lifted, ghost, controls, showRun = true, ref } = props;
  const { pending = false } = card;
  const { chips, rest } = chipsOf(card.metadata);
  return (
    <article
      ref={ref}
      aria-label={card.title}
      aria-busy={pending || undefined}
      className={cn(
        "group/card relative rounded-md border bg-surface px-2.5 py-2 text-body",
        pending && "border-dashed",
        arrived && "arrived",
        lifted ? "cursor-grabbing border-accent shadow-lg" : "border-line hover:border-line-strong",
        ghost && "opacity-40",
      )}
    >
      <h3 className="leading-5 font-medium break-words text-ink pointer-coarse:pr-8">{card.title}</h3>
      {controls}
      {showRun && (
        <div className="flex items-baseline gap-2 text-small pointer-coarse:pr-8">
          <Link
            href={runHref(card.runId)}
            draggable={false}
            title={`Run ${card.runId}`}
            className="min-w-0 flex-1 truncate font-mono text-muted hover:text-ink hover:underline"
          >
            {card.runId}
          </Link>
          <Age card={card} />
        </div>
      )}
      <div className="mt-1.5 flex items-center gap-2">
        <CardProgress counts={card.jobCounts} />
        {card.follow === "manual" && <PlacedByHand />}
        {!showRun && <Age card={card} />}
      </div>
      {chips.length > 0 && (
        <div className="mt-1.5 flex flex-wrap items-center gap-1 text-small text-muted">
          {chips.map(({ key, value }) => (
            <span key={key} title={key} className="max-w-full truncate rounded bg-inset px-1 leading-[18px]">
              {key} <span className="text-ink">{value}</span>
            </span>
          ))}
          {rest > 0 && (
            <span className="text-faint" title={Object.keys(card.metadata).join(", ")}>
              +{rest}
            </span>
          )}
        </div>
      )}
      {card.reason && (card.status === "failed" || card.status === "blocked") && (
        <p className="mt-1 line-clamp-2 text-small break-words" style={{ color: toneColor(card.status) }}>
          {card.reason}
        </p>
      )}
    </article>
  );
}

/** Somebody placed the card here: it stays, whatever its jobs do. */
export function PlacedByHand() {
  return (
    <span title="Placed by hand: it does not follow its jobs" className="shrink-0 text-muted">
      <Hand aria-hidden className="size-3.5" />
      <span className="sr-only">Placed by hand</span>
    </span>
  );
}

/** How long the card has been in its column. */
function Age({ card }: { card: Card }) {
  const now = useNow();
  const moment = useMoment();
  if (card.pending) return <span className="shrink-0 text-small text-muted">moving…</span>;
  return (
    <time
      dateTime={card.enteredAt}
      title={`In this column since ${moment(card.enteredAt)}`}
      className="shrink-0 text-small text-muted tabular-nums"
    >
      {now === null ? "" : formatRelative(card.enteredAt, now).replace(" ago", "")}
    </time>
  );
}
