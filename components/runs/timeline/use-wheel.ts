import { type RefObject, useEffect } from "react";
import { spanOf, timeAt } from "./engine/view.ts";
import type { TimelineStore } from "./timeline-store.ts";

/** How much one notch of the wheel changes the span. */
const ZOOM_PER_PIXEL = 0.002;

/**
 * With ctrl (or a pinch) the wheel zooms around the pointer; sideways (or with shift) it pans;
 * otherwise it scrolls the rows as usual. Listeners are not passive, or the browser would zoom the
 * page too.
 */
export function useWheel(
  store: TimelineStore,
  scroller: RefObject<HTMLElement | null>,
  track: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      const box = track.current?.getBoundingClientRect();
      if (!box || box.width === 0) return;
      const view = store.view();
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const about = timeAt((event.clientX - box.left) / box.width, view);
        store.dispatch({ type: "zoom", factor: Math.exp(event.deltaY * ZOOM_PER_PIXEL), about });
        return;
      }
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
      event.preventDefault();
      store.dispatch({ type: "pan", by: (sideways / box.width) * spanOf(view) });
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [store, scroller, track]);
}
