/**
 * The id of the alert that a rule raises about a thing: the same condition on the same thing is the
 * same alert. The end of a long one is replaced by its hash, so that it stays a legal id; one whose
 * rule has a colon in its name ends in that hash too, as the beginning of its subject would be
 * unclear.
 */
export function fingerprint(ruleId: string, subjectId: string): string {
  const whole = `${ruleId}:${subjectId}`;
  return whole.length <= 200 && !ruleId.includes(":") ? whole : `${whole.slice(0, 191)}:${hash32(subjectId)}`;
}

/** FNV-1a, 8 hex digits. */
export function hash32(value: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
