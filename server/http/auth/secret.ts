import { randomBytes } from "node:crypto";
import type { PrismaClient } from "../../database/generated/client.ts";

const SECRET_ID = "switchyard:cookie-secret";

/**
 * The secret that signs session cookies, made once and kept in the database: all nodes of one
 * database take each other's sessions. It guards no more than the session tokens that lie in the
 * same database.
 */
export async function cookieSecret(prisma: PrismaClient): Promise<string> {
  // Two nodes may start at once: the first wins, both read its secret.
  await prisma.authVerification.createMany({
    data: [
      {
        id: SECRET_ID,
        identifier: SECRET_ID,
        value: randomBytes(32).toString("base64url"),
        expiresAt: new Date("9999-12-31T00:00:00Z"),
      },
    ],
    skipDuplicates: true,
  });
  const { value } = await prisma.authVerification.findUniqueOrThrow({ where: { id: SECRET_ID } });
  return value;
}
