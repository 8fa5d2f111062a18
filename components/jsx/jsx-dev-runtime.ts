import * as react from "react/jsx-dev-runtime";
import { shownProps } from "./shown.ts";

/**
 * What JSX of the console is compiled to while it is being developed: React's, with all text
 * visible.
 */
export type { JSX } from "react/jsx-dev-runtime";

export const Fragment = react.Fragment;
export const jsxDEV: typeof react.jsxDEV = (type, props, key, isStatic, source, self) =>
  react.jsxDEV(type, shownProps(type, props), key, isStatic, source, self);
