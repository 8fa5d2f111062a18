import { Fragment, type ReactNode } from "react";
import { visible } from "../../domain/kernel/visible.ts";

/** The text with every occurrence of `find` marked, upper and lower case alike. */
export function Highlight({ text: given, find }: { text: string; find: string }) {
  const text = visible(given);
  if (find === "") return text;
  const lower = text.toLowerCase();
  const needle = find.toLowerCase();
  const parts: ReactNode[] = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at !== -1; at = lower.indexOf(needle, from)) {
    parts.push(
      <Fragment key={at}>
        {text.slice(from, at)}
        <mark className="rounded-[2px] bg-status-queued/35 text-inherit">{text.slice(at, at + needle.length)}</mark>
      </Fragment>,
    );
    from = at + needle.length;
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}
