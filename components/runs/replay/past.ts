import { createContext } from "react";

/**
 * The position of the log that everything below shows the run at; null where it is shown as it is. What is below must offer no commands, and say
 * nothing of what came later.
 */
export const PastPosition = createContext<number | null>(null);
