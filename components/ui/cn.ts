/**
 * Joins class names, leaving out what is false, null or empty. Later names do not replace earlier
 * ones.
 */
export function cn(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
