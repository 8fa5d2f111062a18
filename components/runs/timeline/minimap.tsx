"use client";

import { useTheme } from "next-themes";
import { type PointerEvent, useEffect, useRef } from "react";
import { statusLook } from "../../ui/status.ts";
import { type Ink, minimapBlocks } from "./engine/minimap.ts";
import { boundsOf } from "./engine/mode.ts";
import type { JobRow, TimelineModel } from "./engine/model.ts";
import { timeAt, toPercent, type View } from "./engine/view.ts";
import type { TimelineStore } from "./timeline-store.ts";
import { useWidth } from "./use-timeline-store.ts";

const HEIGHT = 44;
/** Shortest time between two paintings while only the clock moves, ms. */
const REPAINT_MS = 500;
/** A press that moves less, in CSS pixels, is a click. */
const CLICK_PX = 4;

interface MinimapProps {
  store: TimelineStore;
  model: TimelineModel;
}

/**
 * The whole run on a strip. Drag across it to show that stretch, drag the window to move it,
 * double-click to show all.
 */
export function Minimap({ store, model }: MinimapProps) {
  const strip = useRef<HTMLDivElement>(null);
  const width = useWidth(strip, 900);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const { resolvedTheme } = useTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of the canvas depend on the theme
  useEffect(() => {
    const rows = model.groups.flatMap((group): JobRow[] => group.jobs);
    let painted = 0;
    const paint = () => {
      painted = performance.now();
      if (canvas.current) drawBlocks(canvas.current, rows, store, width);
    };
    const onChange = () => {
      placeFrame(frame.current, store);
      if (store.isPast() || (store.isLive() && performance.now() - painted > REPAINT_MS)) paint();
    };
    paint();
    placeFrame(frame.current, store);
    return store.subscribe(onChange);
  }, [store, model, width, resolvedTheme]);

  const drag = useDrag(store);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer alone; keys and buttons do the same
    <div
      ref={strip}
      aria-hidden
      title="Drag to show a stretch of the run, double-click to show all of it"
      className="relative min-w-0 flex-1 cursor-crosshair touch-none select-none"
      style={{ height: HEIGHT }}
      onDoubleClick={() => store.dispatch({ type: "fit" })}
      {...drag}
    >
      <canvas ref={canvas} className="absolute inset-0 size-full" />
      <div
        ref={frame}
        data-all
        data-window
        className="absolute inset-y-0 min-w-1.5 cursor-grab border-x-2 border-accent bg-accent/10 active:cursor-grabbing data-all:hidden"
      />
    </div>
  );
}

/**
 * A press on the window drags it; a press outside selects a new stretch, or as a click moves the
 * window there.
 */
function useDrag(store: TimelineStore) {
  const start = useRef<{ x: number; view: View; moves: boolean } | null>(null);
  const time = (event: PointerEvent<HTMLDivElement>, x: number) => {
    const box = event.currentTarget.getBoundingClientRect();
    return timeAt((x - box.left) / box.width, boundsOf(store.life()));
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button !== 0) return;
      const moves = event.target instanceof HTMLElement && event.target.dataset.window !== undefined;
      start.current = { x: event.clientX, view: store.view(), moves };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const from = start.current;
      if (!from || Math.abs(event.clientX - from.x) < CLICK_PX) return;
      const [a, b] = [time(event, from.x), time(event, event.clientX)];
      if (from.moves)
        store.dispatch({ type: "select", view: { from: from.view.from + b - a, to: from.view.to + b - a } });
      else store.dispatch({ type: "select", view: { from: Math.min(a, b), to: Math.max(a, b) } });
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      const from = start.current;
      start.current = null;
      if (!from || from.moves || Math.abs(event.clientX - from.x) >= CLICK_PX) return;
      const view = store.view();
      store.dispatch({ type: "pan", by: time(event, event.clientX) - (view.from + view.to) / 2 });
    },
    onPointerCancel: () => {
      start.current = null;
    },
  };
}

function placeFrame(frame: HTMLDivElement | null, store: TimelineStore): void {
  if (!frame) return;
  const bounds = boundsOf(store.life());
  const view = store.view();
  const [left, right] = [toPercent(view.from, bounds), toPercent(view.to, bounds)];
  frame.style.left = `${left}%`;
  frame.style.width = `${right - left}%`;
  frame.toggleAttribute("data-all", right - left > 99.9);
}

function drawBlocks(canvas: HTMLCanvasElement, rows: readonly JobRow[], store: TimelineStore, width: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colors = new Map<Ink, string>();
  const color = (ink: Ink): string => {
    const tone = ink === "idle" ? "waiting" : statusLook("attempt", ink).tone;
    const known = colors.get(ink) ?? style.getPropertyValue(`--status-${tone}`);
    colors.set(ink, known);
    return known;
  };
  const bounds = boundsOf(store.life());
  const pad = 4;
  for (const block of minimapBlocks(rows, bounds, store.now(), width, HEIGHT - 2 * pad)) {
    context.globalAlpha = block.ink === "idle" ? 0.3 : 0.9;
    context.fillStyle = color(block.ink);
    context.fillRect(block.x, block.y + pad, block.width, block.height);
  }
}
