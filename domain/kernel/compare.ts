/**
 * Orders texts by their code units: alike on every machine, whatever its language. For ids, times
 * and paths.
 */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
