import { createElement, type ReactNode } from "react";
import { turnsRound, visible } from "../../domain/kernel/visible.ts";

/** Attributes that people read. */
const READ = ["title", "aria-label", "alt", "placeholder"] as const;
/** Elements whose text is data, or may hold no elements. */
const DATA: ReadonlySet<unknown> = new Set(["script", "style", "textarea"]);
const TEXT_ONLY: ReadonlySet<unknown> = new Set(["option", "title"]);

type Props = { readonly [name: string]: unknown };

/**
 * An element's properties with all text in them visible (`domain/kernel/visible.ts`), and text from
 * right to left in an element of its own, so that it does not turn round what stands beside it. All
 * text of the console passes here: nobody has to think of it.
 */
export function shownProps<P>(type: unknown, props: P): P {
  if (typeof props !== "object" || props === null || DATA.has(type)) return props;
  const given = props as Props;
  let changed: { [name: string]: unknown } | undefined;
  const { children } = given;
  const shown = TEXT_ONLY.has(type) ? shownText(children) : shownChildren(children);
  if (shown !== children) changed = { ...given, children: shown };
  if (typeof type === "string") {
    for (const name of READ) {
      const value = given[name];
      if (typeof value !== "string") continue;
      const text = visible(value);
      if (text !== value) changed = { ...(changed ?? given), [name]: text };
    }
  }
  return (changed ?? props) as P;
}

function shownChildren(children: unknown): unknown {
  if (typeof children === "string") return shownString(children);
  if (!Array.isArray(children)) return children;
  let changed: unknown[] | undefined;
  for (const [at, child] of children.entries()) {
    if (typeof child !== "string") continue;
    const text = shownString(child, at);
    if (text === child) continue;
    changed ??= [...children];
    changed[at] = text;
  }
  return changed ?? children;
}

const shownText = (children: unknown): unknown =>
  typeof children === "string"
    ? visible(children)
    : Array.isArray(children)
      ? children.map((child) => (typeof child === "string" ? visible(child) : child))
      : children;

function shownString(text: string, key?: number): ReactNode {
  const shown = visible(text);
  if (!turnsRound(shown)) return shown;
  return createElement("bdi", key === undefined ? null : { key }, shown);
}
