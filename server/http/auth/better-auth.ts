import { hash } from "node:crypto";
import { prismaAdapter } from "@better-auth/prisma-adapter";
// Without the query builder, which our adapter does not use: a third of the time to load.
import { betterAuth } from "better-auth/minimal";
import { magicLink } from "better-auth/plugins/magic-link";
import type { Logger } from "pino";
import type { PrismaClient } from "../../database/generated/client.ts";

const SESSION_DAYS = 30;
/**
 * How long a login link waits to be opened, in seconds: the line printed at start is often read
 * much later.
 */
export const LOGIN_LINK_SECONDS = 12 * 3_600;

/**
 * better-auth over our tables. Only its server-side calls are used; none of its endpoints is
 * reachable over HTTP, so the origin rules that hold are ours (`origin.ts`).
 *
 * @param deliver receives each login token instead of a mail; `id` is what the caller passed as
 *   metadata.
 */
export function createBetterAuth(
  prisma: PrismaClient,
  secret: string,
  logger: Logger,
  deliver: (id: unknown, token: string) => void,
) {
  return betterAuth({
    secret,
    // Never leaves the process: tokens, not URLs, are taken from what better-auth makes.
    baseURL: "http://localhost",
    database: prismaAdapter(prisma, { provider: "postgresql" }),
    user: { modelName: "authUser" },
    account: { modelName: "authAccount" },
    verification: { modelName: "authVerification" },
    session: { modelName: "authSession", expiresIn: SESSION_DAYS * 86_400, disableSessionRefresh: true },
    advanced: {
      // Cookies ignore ports: the name differs between two servers on one host, and is the same for
      // all nodes of a database.
      cookiePrefix: `switchyard-${hash("sha256", secret, "hex").slice(0, 8)}`,
      useSecureCookies: false,
      // Lax: the link may be opened from a page (a web terminal), and Strict would withhold the new
      // cookie on the redirect that follows.
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/" },
    },
    telemetry: { enabled: false },
    logger: {
      log: (level, message, ...details) => {
        if (level === "error" || level === "warn") logger[level]({ details }, `better-auth: ${message}`);
      },
    },
    plugins: [
      magicLink({
        expiresIn: LOGIN_LINK_SECONDS,
        disableSignUp: true,
        storeToken: "hashed",
        sendMagicLink: ({ token, metadata }) => deliver(metadata?.id, token),
      }),
    ],
  });
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;
