"use client";

import { type PointerEvent, useState } from "react";

/** A stretch that is being dragged over, px from the element's left. */
export interface Dragged {
  start: number;
  end: number;
}

/** Less than this is a click, px. */
const LEAST_PX = 6;

/**
 * Dragging across an element with the mouse; fingers scroll.
 *
 * @param onDragged called once, when the button is released; not after Escape or a lost pointer.
 */
export function useDrag(onDragged: (dragged: Dragged) => void) {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const at = (event: PointerEvent<HTMLElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  return {
    dragged: dragged && Math.abs(dragged.end - dragged.start) >= LEAST_PX ? dragged : null,
    cancel: () => setDragged(null),
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.pointerType !== "mouse" || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged({ start: at(event), end: at(event) });
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const end = at(event);
        if (dragged) setDragged({ start: dragged.start, end });
      },
      onPointerUp: () => {
        setDragged(null);
        if (dragged && Math.abs(dragged.end - dragged.start) >= LEAST_PX) onDragged(dragged);
      },
      onPointerCancel: () => setDragged(null),
    },
  };
}
