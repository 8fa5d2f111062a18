import { hash, randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "../../database/errors.ts";
import type { PrismaClient } from "../../database/generated/client.ts";

/** The id of the one key that `SWITCHYARD_BOOTSTRAP_KEY` sets. */
const BOOTSTRAP_ID = "bootstrap";

export interface NewApiKey {
  tenantId: string;
  name: string;
  role?: string;
}

/**
 * What is stored of a key: sha-256, hex. Minted keys have 256 random bits, so a slow hash would add
 * nothing.
 */
export function hashApiKey(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Makes a key and returns its secret, which is stored nowhere. */
export async function mintApiKey(prisma: PrismaClient, key: NewApiKey): Promise<{ id: string; secret: string }> {
  const secret = `sy_${randomBytes(32).toString("base64url")}`;
  const id = randomUUID();
  await prisma.apiKey.create({
    data: { id, tenantId: key.tenantId, name: key.name, role: key.role ?? "admin", hash: hashApiKey(secret) },
  });
  return { id, secret };
}

/**
 * Ends a key's life; servers notice within the look-up cache's time to live. Returns whether there
 * was a live one.
 */
export async function revokeApiKey(prisma: PrismaClient, tenantId: string, id: string): Promise<boolean> {
  const revoked = await prisma.$executeRaw`
    UPDATE "ApiKey" SET "revokedAt" = now() WHERE "tenantId" = ${tenantId} AND "id" = ${id} AND "revokedAt" IS NULL`;
  return revoked === 1;
}

/**
 * Makes `secret` the bootstrap key of a tenant, an admin's. There is one: another secret replaces
 * the former, and null (the variable is not set any more) revokes it. Throws StartupError when the
 * secret is another key's already.
 */
export async function setBootstrapKey(prisma: PrismaClient, tenantId: string, secret: string | null): Promise<void> {
  if (secret === null) {
    await revokeApiKey(prisma, tenantId, BOOTSTRAP_ID);
    return;
  }
  const hash = hashApiKey(secret);
  const holder = await prisma.apiKey.findUnique({ where: { hash } });
  if (holder !== null && holder.id !== BOOTSTRAP_ID) {
    throw new StartupError(
      "config_invalid",
      `SWITCHYARD_BOOTSTRAP_KEY is the secret of another API key ("${holder.name}"); choose a new one`,
    );
  }
  const data = { tenantId, name: "bootstrap", role: "admin", hash, revokedAt: null };
  await prisma.apiKey.upsert({ where: { id: BOOTSTRAP_ID }, create: { id: BOOTSTRAP_ID, ...data }, update: data });
}

/** Where the key for programs on this machine lies. */
export function localKeyPath(dataDir: string): string {
  return join(dataDir, "api-key");
}

/**
 * Sees to it that `<dataDir>/api-key` (mode 0600) holds a key this database takes, for the worker,
 * the demo and the first curl on this machine. Keeps the file's key while it is good; mints one
 * when there is none or it was revoked.
 */
export async function ensureLocalKey(prisma: PrismaClient, tenantId: string, dataDir: string): Promise<string> {
  const path = localKeyPath(dataDir);
  const kept = await readFile(path, "utf8").then((text) => text.trim(), onMissing);
  if (kept !== null && kept.length >= 16) {
    const known = await prisma.apiKey.findUnique({ where: { hash: hashApiKey(kept) } });
    if (known !== null && known.revokedAt === null && known.tenantId === tenantId) {
      await chmod(path, 0o600);
      return kept;
    }
  }
  const { secret } = await mintApiKey(prisma, { tenantId, name: "local" });
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  // An existing file keeps its mode when written.
  await chmod(path, 0o600);
  return secret;
}

function onMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
