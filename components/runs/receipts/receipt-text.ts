/**
 * The mutations of a commit in a few words, those of one type counted:
 * `job.complete ×2, context.merge`.
 */
export function mutationsText(mutations: readonly string[], most = 4): string {
  const counts = new Map<string, number>();
  for (const type of mutations) counts.set(type, (counts.get(type) ?? 0) + 1);
  const named = [...counts].slice(0, most).map(([type, count]) => (count > 1 ? `${type} ×${count}` : type));
  const more = counts.size - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
}

/** The positions a receipt holds: `#12`, `#12–15`; a commit that changed nothing holds none. */
export function positionsText({ firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }): string {
  if (lastSeq < firstSeq) return "none";
  return firstSeq === lastSeq ? `#${firstSeq}` : `#${firstSeq}–${lastSeq}`;
}
