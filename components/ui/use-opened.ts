"use client";

import { useState } from "react";

/**
 * What is opened for editing, as it was when it was opened, until another or none is asked for: it
 * stays although somebody changes or removes it meanwhile, so that nobody loses what they typed.
 */
export function useOpened<T extends { id: string }>(asked: string | null, found: T | undefined): T | undefined {
  const [opened, setOpened] = useState(found);
  const now = asked === null ? undefined : opened?.id === asked ? opened : found;
  if (now !== opened) setOpened(now);
  return now;
}
