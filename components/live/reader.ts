import { createContext, useContext } from "react";

const ReaderContext = createContext("user:you");

/** Provides the name of the reader to everything below, as in the log: `user:ada`. */
export const ReaderProvider = ReaderContext.Provider;

/** The reader, as named in the log. */
export const useReader = (): string => useContext(ReaderContext);
