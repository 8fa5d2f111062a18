import {
  type Announcements,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
  pointerWithin,
  rectIntersection,
} from "@dnd-kit/core";
import { statusLook } from "../ui/status.ts";
import type { Card } from "./board-model.ts";
import { dropOf, legalMoves, neighbour, refusalOf, sentenceList, zoneId, zoneOf } from "./moves.ts";

/**
 * The column under the pointer; for the keyboard, which has none, the column the card lies over.
 */
export const zoneUnder: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 || args.pointerCoordinates ? under : rectIntersection(args);
};

/** The card that is dragged, as `useDraggable` was given it. */
export function cardOf(active: { data: { current?: { [key: string]: unknown } | undefined } } | null): Card | null {
  return (active?.data.current?.card as Card | undefined) ?? null;
}

/** Left and right go a column on, up and down a swimlane. */
export const arrowKeys: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const card = cardOf(context.active);
  if (!card) return;
  const here = (context.over && zoneOf(String(context.over.id))) ?? startZone(card, context.droppableRects);
  const target = here && targetOf(event.code, here, context.droppableRects);
  if (!target) return;
  event.preventDefault();
  const rect = context.droppableRects.get(target);
  if (!rect) return;
  const y = Math.min(Math.max(currentCoordinates.y, rect.top), Math.max(rect.top, rect.bottom - 48));
  return { x: rect.left + 4, y };
};

type Zone = NonNullable<ReturnType<typeof zoneOf>>;
type Rects = ReadonlyMap<string | number, { top: number }>;

/**
 * Where a card lies before it has been over anything: its column, in its swimlane if there are any.
 */
function startZone(card: Card, rects: Rects): Zone | null {
  const own = { status: card.status, lane: card.runId };
  if (rects.has(zoneId(own.lane, own.status))) return own;
  const key = [...rects.keys()].find((one) => zoneOf(String(one))?.status === card.status);
  return key === undefined ? null : zoneOf(String(key));
}

function targetOf(key: string, here: Zone, rects: Rects): string | null {
  switch (key) {
    case "ArrowLeft":
      return zoneId(here.lane, neighbour(here.status, -1));
    case "ArrowRight":
      return zoneId(here.lane, neighbour(here.status, 1));
    case "ArrowUp":
    case "ArrowDown": {
      const column = [...rects]
        .filter(([id]) => zoneOf(String(id))?.status === here.status)
        .sort(([, a], [, b]) => a.top - b.top)
        .map(([id]) => String(id));
      return column[column.indexOf(zoneId(here.lane, here.status)) + (key === "ArrowDown" ? 1 : -1)] ?? null;
    }
    default:
      return null;
  }
}

const name = (status: Card["status"]): string => statusLook("workstream", status).label;

/**
 * What a screen reader says while a card is dragged; `lifted` is the card as it was when it was
 * picked up.
 */
export const announcementsOf = (lifted: Card | null): Announcements => ({
  onDragStart: ({ active }) => {
    const card = cardOf(active);
    if (!card) return;
    return `Picked up ${card.title} in ${name(card.status)}. It can move to ${sentenceList(legalMoves(card.status).map(name))}.`;
  },
  onDragOver: ({ active, over }) => {
    const [card, zone] = [cardOf(active), over && zoneOf(String(over.id))];
    if (!card || !zone) return;
    if (zone.status === card.status) return `Over ${name(zone.status)}, where it is now.`;
    const refusal = refusalOf(card.status, zone.status);
    return refusal
      ? `${name(zone.status)} does not take it: ${refusal}.`
      : `Over ${name(zone.status)}. Drop it to move it here.`;
  },
  onDragEnd: ({ active, over }) => {
    const [card, zone] = [cardOf(active), over && zoneOf(String(over.id))];
    if (!card) return;
    const moves = zone && dropOf(lifted?.status ?? card.status, card.status, zone.status).move;
    return moves ? `${card.title} moved to ${name(zone.status)}.` : `${card.title} stays in ${name(card.status)}.`;
  },
  onDragCancel: ({ active }) => {
    const card = cardOf(active);
    return card ? `${card.title} stays in ${name(card.status)}.` : undefined;
  },
});

export const INSTRUCTIONS = {
  draggable:
    "Press Space to pick the card up, the arrow keys to choose a column, Space to drop it there, Escape to leave it where it was.",
};
