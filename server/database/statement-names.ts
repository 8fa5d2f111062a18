import { createHash } from "node:crypto";

const NAMEABLE = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/**
 * Returns a function that names SQL texts, so that Postgres plans a repeated statement once per
 * connection. A name is the text's hash. A text is named from its `minSeen`-th use on and only
 * while fewer than `limit` have names: Prisma writes one text per length of an IN list, and every
 * named text costs memory in each connection for good. An unnamed text gets "", which `pg` sends as
 * an unnamed statement.
 */
export function createStatementNamer(
  { limit, minSeen }: { limit: number; minSeen: number } = { limit: 400, minSeen: 2 },
): (sql: string) => string {
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= limit || !NAMEABLE.test(sql)) return "";
    const count = (seen.get(sql) ?? 0) + 1;
    seen.delete(sql);
    if (count >= minSeen) {
      const name = `sy_${createHash("sha256").update(sql).digest("hex").slice(0, 24)}`;
      names.set(sql, name);
      return name;
    }
    seen.set(sql, count);
    // The map keeps insertion order: the text not used for longest goes first.
    for (const oldest of seen.keys()) {
      if (seen.size <= limit) break;
      seen.delete(oldest);
    }
    return "";
  };
}
