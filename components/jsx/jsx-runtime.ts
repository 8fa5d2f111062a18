import * as react from "react/jsx-runtime";
import { shownProps } from "./shown.ts";

/**
 * What JSX of the console is compiled to (`jsxImportSource` in tsconfig.json): React's, with all
 * text visible.
 */
export type { JSX } from "react/jsx-runtime";

export const Fragment = react.Fragment;
export const jsx: typeof react.jsx = (type, props, key) => react.jsx(type, shownProps(type, props), key);
export const jsxs: typeof react.jsxs = (type, props, key) => react.jsxs(type, shownProps(type, props), key);
