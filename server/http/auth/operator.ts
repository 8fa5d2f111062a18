import { hash, randomUUID } from "node:crypto";
import type { PrismaClient } from "../../database/generated/client.ts";

/**
 * The person whom login links and pasted keys sign in: one per tenant and role, so that a link
 * never gives more than its maker has. Creates the user and the membership if they are not there;
 * safe when two nodes do it at once.
 *
 * @returns the address better-auth knows the user by. It is a name, no mail is ever sent.
 */
export async function ensureOperator(prisma: PrismaClient, tenantId: string, role: string): Promise<{ email: string }> {
  const email = operatorEmail(tenantId, role);
  const name = role === "admin" ? "operator" : `operator (${role})`;
  await prisma.authUser.createMany({
    data: [{ id: randomUUID(), name, email, emailVerified: true }],
    skipDuplicates: true,
  });
  const user = await prisma.authUser.findUniqueOrThrow({ where: { email } });
  await prisma.membership.createMany({ data: [{ tenantId, userId: user.id, role }], skipDuplicates: true });
  return { email };
}

function operatorEmail(tenantId: string, role: string): string {
  // `.invalid` is reserved (RFC 2606). Ids may hold what an address may not, and case, which
  // better-auth folds.
  const plain = /^[a-z0-9]{1,60}$/;
  const label = (id: string) => (plain.test(id) ? id : `x-${hash("sha256", id, "hex").slice(0, 32)}`);
  return `operator-${label(role)}@${label(tenantId)}.switchyard.invalid`;
}
