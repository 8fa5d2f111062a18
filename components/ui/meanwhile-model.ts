/** What a form shows of a thing, by label, as people read it. */
export type Facts = { readonly [label: string]: string };

/** One fact that somebody else has changed. An empty text stands for nothing. */
export interface Change {
  label: string;
  was: string;
  is: string;
}

/**
 * What differs between two sights of a thing, in the order of the form. A fact that one of them
 * lacks is empty there.
 */
export function changesBetween(was: Facts, is: Facts): Change[] {
  const labels = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...labels]
    .map((label) => ({ label, was: was[label] ?? "", is: is[label] ?? "" }))
    .filter((change) => change.was !== change.is);
}

/** A switch as it reads. */
export const onOff = (on: boolean): string => (on ? "On" : "Off");
