// biome-ignore-all lint/a11y/useSemanticElements: rows are placed one by one so that few of many are drawn; a <table> lays out its own
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in the rows takes the focus

import type { HTMLAttributes, Ref } from "react";

type Props = HTMLAttributes<HTMLDivElement>;

/** A table whose rows are drawn only where the reader looks: it scrolls by itself. Parts below have the roles of table parts. */
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
