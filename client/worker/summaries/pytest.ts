import { figuresOf, type Reader } from "./figures.ts";

const LAST_LINE = /^(?:=+ )?(no tests ran|\d+ [a-z ]+(?:, \d+ [a-z ]+)*) in \d+\.\d\ds(?: \([\d:, days]+\))?(?: =+)?$/;

/** The last line of pytest: `=== 1 failed, 2 passed, 1 error in 0.49s ===`, bare with `-q`. */
export const pytest = (): Reader => (line) => {
  const parts = LAST_LINE.exec(line)?.[1];
  if (parts === undefined) return undefined;
  return figuresOf(parts === "no tests ran" ? [] : parts.split(", "));
};
