import { useSyncExternalStore } from "react";

const nothing = () => () => undefined;

/**
 * False while the server renders and in the browser's first render of what the server rendered,
 * which must be the same; then true. Whatever only the browser knows (its time zone, its theme,
 * frames that have come meanwhile) is shown from then on.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    nothing,
    () => true,
    () => false,
  );
}
