import { formatCount } from "../ui/format.ts";

const BADGE = /^\([\d,.]+[A-Z]?\) /;

/**
 * A tab's title with how many alerts fire before it: `(3) Runs · Switchyard`. Takes the place of a
 * count that stands there already.
 */
export function withBadge(title: string, firing: number): string {
  const plain = title.replace(BADGE, "");
  return firing > 0 ? `(${formatCount(firing)}) ${plain}` : plain;
}
