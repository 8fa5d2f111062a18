// biome-ignore-all lint/a11y/useSemanticElements: only visible rows are drawn, each with its own position; a <table> lays out its own
// biome-ignore-all lint/a11y/useFocusableInteractive: elements in the rows take the focus

import type { HTMLAttributes, Ref } from "react";

type Props = HTMLAttributes<HTMLDivElement>;

/**
 * A scrolling table that draws only visible rows. The components below have the roles of table
 * parts.
 */
export function GridTable({ ref, ...rest }: Props & { ref?: Ref<HTMLDivElement> }) {
  return <div role="table" ref={ref} {...rest} />;
}

export function GridGroup(props: Props) {
  return <div role="rowgroup" {...props} />;
}

export function GridRow(props: Props) {
  return <div role="row" {...props} />;
}

export function GridHead(props: Props) {
  return <div role="columnheader" {...props} />;
}

export function GridCell(props: Props) {
  return <div role="cell" {...props} />;
}
