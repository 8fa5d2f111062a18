import { createContext } from "react";

/**
 * The position of the log at which everything below shows the run; null: live. At a position, offer
 * no commands and show nothing of later events.
 */
export const PastPosition = createContext<number | null>(null);
