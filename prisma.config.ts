import { defineConfig } from "prisma/config";

// Prisma 7 otherwise downloads a schema engine that `prisma generate` never runs.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
});
