import { useRouter } from "next/navigation";
import { useState } from "react";
import { useHotkey } from "../ui/hotkeys.ts";

interface ListKeys {
  rows: readonly { id: string }[];
  what: string;
  hrefOf: (id: string) => string;
  reveal: (index: number) => void;
}

/** j and k move through the rows, Enter opens the current one. @returns its id. */
export function useListKeys({ rows, what, hrefOf, reveal }: ListKeys): string | null {
  const [active, setActive] = useState<string | null>(null);
  const router = useRouter();
  const step = (by: 1 | -1) => {
    const index = rows.findIndex(({ id }) => id === active);
    const to = Math.min(rows.length - 1, Math.max(0, index + by));
    setActive(rows[to]?.id ?? null);
    reveal(to);
  };
  useHotkey("j", () => step(1), `Next ${what}`);
  useHotkey("k", () => step(-1), `Previous ${what}`);
  useHotkey("enter", () => active !== null && router.push(hrefOf(active)), `Open the ${what}`);
  return active;
}
