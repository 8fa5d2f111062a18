"use client";

import {
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useState } from "react";
import { WORKSTREAM_STATUSES, type WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { cn } from "../ui/cn.ts";
import { statusLook } from "../ui/status.ts";
import { toast } from "../ui/toast.ts";
import { type Card, type Lane, WHOLE_BOARD } from "./board-model.ts";
import { CardView } from "./card-view.tsx";
import { ColumnHead } from "./column-head.tsx";
import { announcementsOf, arrowKeys, cardOf, INSTRUCTIONS, zoneUnder } from "./drag.ts";
import { DropZone } from "./drop-zone.tsx";
import { LaneHead } from "./lane-head.tsx";
import { dropOf, zoneOf } from "./moves.ts";

interface BoardSurfaceProps {
  lanes: Lane[];
  collapsed: readonly WorkstreamStatus[];
  onToggle: (status: WorkstreamStatus) => void;
  /** Columns of which older cards are on the server still. */
  more: ReadonlySet<WorkstreamStatus>;
  onMore: (status: WorkstreamStatus) => void;
  arrived: ReadonlySet<string>;
  onMove: (card: Card, to: WorkstreamStatus) => void;
}

const OPEN_WIDTH = "w-[min(78vw,18rem)] flex-none snap-start md:w-[10.25rem] md:flex-[1_0_auto]";
const FOLDED_WIDTH = "w-9 flex-none";

/**
 * The columns, the swimlanes in them, and the dragging. A card goes where the lifecycle lets it go,
 * by pointer, finger or keyboard.
 */
export function BoardSurface(props: BoardSurfaceProps) {
  const { lanes, collapsed, onToggle, more, onMore, arrived, onMove } = props;
  const [lifted, setLifted] = useState<Card | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    // A finger that moves at once scrolls; one that rests lifts the card.
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: arrowKeys }),
  );
  const swimlanes = lanes[0]?.id !== WHOLE_BOARD;
  const widthOf = (status: WorkstreamStatus) => (collapsed.includes(status) ? FOLDED_WIDTH : OPEN_WIDTH);
  const countOf = (status: WorkstreamStatus) => lanes.reduce((sum, lane) => sum + lane.columns[status].length, 0);

  const drop = ({ active, over }: DragEndEvent) => {
    setLifted(null);
    const zone = over && zoneOf(String(over.id));
    if (!lifted || !zone) return;
    // Where it is now, not where it was when it was lifted.
    const present = cardIn(lanes, String(active.id));
    const { move, say } = dropOf(lifted.status, present?.status ?? null, zone.status);
    if (move && present) onMove(present, zone.status);
    if (say !== null)
      toast[move ? "info" : "error"](move ? lifted.title : `${lifted.title} stays where it is`, {
        description: `${say}.`,
      });
  };

  return (
    <DndContext
      id="board"
      sensors={sensors}
      collisionDetection={zoneUnder}
      accessibility={{ announcements: announcementsOf(lifted), screenReaderInstructions: INSTRUCTIONS }}
      onDragStart={({ active }) => setLifted(cardOf(active))}
      onDragEnd={drop}
      onDragCancel={() => setLifted(null)}
    >
      <div className="flex min-h-0 flex-1 snap-x snap-proximity flex-col overflow-auto md:snap-none">
        <div className={cn("flex w-max min-w-full flex-col gap-2", !swimlanes && "min-h-0 flex-1")}>
          <div className="sticky top-0 z-20 flex gap-1.5 bg-bg pb-1">
            {WORKSTREAM_STATUSES.map((status) => (
              <ColumnHead
                key={status}
                status={status}
                count={countOf(status)}
                more={more.has(status)}
                collapsed={collapsed.includes(status)}
                onToggle={() => onToggle(status)}
                className={widthOf(status)}
              />
            ))}
          </div>
          {lanes.map((lane) => (
            <div key={lane.id} className={cn("flex flex-col gap-1", swimlanes ? "shrink-0" : "min-h-0 flex-1")}>
              {swimlanes && <LaneHead lane={lane} />}
              <div className={cn("flex gap-1.5", swimlanes ? "items-stretch" : "min-h-0 flex-1")}>
                {WORKSTREAM_STATUSES.map((status) => (
                  <DropZone
                    key={status}
                    lane={lane.id}
                    status={status}
                    name={zoneName(status, lane)}
                    cards={lane.columns[status]}
                    collapsed={collapsed.includes(status)}
                    tall={!swimlanes}
                    onMore={more.has(status) && lane === lanes.at(-1) ? () => onMore(status) : undefined}
                    arrived={arrived}
                    showRun={!swimlanes}
                    onMove={onMove}
                    className={widthOf(status)}
                  />
                ))}
              </div>
            </div>
          ))}
        </div>
      </div>
      <DragOverlay dropAnimation={null}>{lifted && <CardView card={lifted} lifted showRun={!swimlanes} />}</DragOverlay>
    </DndContext>
  );
}

function cardIn(lanes: readonly Lane[], id: string): Card | undefined {
  for (const { columns } of lanes) {
    for (const status of WORKSTREAM_STATUSES) {
      const found = columns[status].find((card) => card.id === id);
      if (found) return found;
    }
  }
  return undefined;
}

function zoneName(status: WorkstreamStatus, lane: Lane): string {
  const { label } = statusLook("workstream", status);
  return lane.id === WHOLE_BOARD ? label : `${label}, run ${lane.id}`;
}
