"use client";

import { createContext, type ReactNode, useContext } from "react";

const MayChange = createContext(true);

/**
 * Says to everything inside whether the reader may change anything. The server decides in the end.
 */
export const MayChangeProvider = MayChange.Provider;

/** False for the role viewer. */
export const useMayChange = (): boolean => useContext(MayChange);

/** What is said to somebody who may not. */
export const ONLY_LOOKS = "Your role, viewer, may look at everything and change nothing";

/**
 * Buttons and fields that change something: who may only look finds them disabled, and why on
 * hover.
 */
export function Changes({ children }: { children: ReactNode }) {
  if (useMayChange()) return children;
  return (
    <fieldset disabled title={ONLY_LOOKS} className="contents">
      {children}
    </fieldset>
  );
}
