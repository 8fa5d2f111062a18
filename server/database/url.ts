/** The schema of a database URL (`?schema=`), as Prisma's tools write it. Default `public`. */
export function schemaOf(url: string): string {
  return givenSchema(url) ?? "public";
}

/** The schema that a database URL names; undefined when it names none. */
export function givenSchema(url: string): string | undefined {
  return new URL(url).searchParams.get("schema") || undefined;
}

/** The same database, with this schema. */
export function withSchema(url: string, schema: string): string {
  const changed = new URL(url);
  changed.searchParams.set("schema", schema);
  return changed.toString();
}
