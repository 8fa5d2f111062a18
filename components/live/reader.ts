import { createContext, useContext } from "react";

const ReaderContext = createContext("user:you");

/** Says who looks at all that stands below, as the log names them: `user:ada`. */
export const ReaderProvider = ReaderContext.Provider;

/** Who looks, as the log names them. */
export const useReader = (): string => useContext(ReaderContext);
