import { randomUUID } from "node:crypto";
import { isAPIError } from "better-auth/api";
import type { Logger } from "pino";
import { faultOf } from "../../database/faults.ts";
import type { PrismaClient } from "../../database/generated/client.ts";
import { databaseAway } from "../../store/errors.ts";
import type { Principal } from "../kernel/principal.ts";
import { type BetterAuth, createBetterAuth } from "./better-auth.ts";
import { cookieValue } from "./cookies.ts";
import { ensureOperator } from "./operator.ts";
import type { Strangers } from "./strangers.ts";
import { TtlCache } from "./ttl-cache.ts";

const TTL_MS = 5_000;
const MISS_TTL_MS = 1_000;
const MAX_SESSIONS = 10_000;

interface Session {
  id: string;
  principal: Principal;
}

/**
 * People's sessions: opened by a one-time token, carried by a cookie, looked up through a
 * short-lived cache.
 */
export class Sessions {
  /** The session cookie's name; it differs from database to database. */
  readonly cookieName: string;
  private readonly prisma: PrismaClient;
  private readonly auth: BetterAuth;
  private readonly cache: TtlCache<Session>;
  private readonly minted: Map<unknown, string>;
  private readonly strangers: Strangers;
  /** Called when a session has been ended by its owner. */
  onEnded: () => void = () => {};

  private constructor(
    prisma: PrismaClient,
    auth: BetterAuth,
    cookieName: string,
    minted: Map<unknown, string>,
    strangers: Strangers,
  ) {
    this.prisma = prisma;
    this.strangers = strangers;
    this.auth = auth;
    this.cookieName = cookieName;
    this.minted = minted;
    this.cache = new TtlCache({
      ttlMs: TTL_MS,
      missTtlMs: MISS_TTL_MS,
      max: MAX_SESSIONS,
      load: (cookie) => this.load(cookie),
    });
  }

  static async create(prisma: PrismaClient, secret: string, logger: Logger, strangers: Strangers): Promise<Sessions> {
    const minted = new Map<unknown, string>();
    const auth = createBetterAuth(prisma, secret, logger, (id, token) => minted.set(id, token));
    const { authCookies } = await auth.$context;
    return new Sessions(prisma, auth, authCookies.sessionToken.name, minted, strangers);
  }

  /**
   * This server's session cookie in a Cookie header, still signed and encoded; the key of `peek`
   * and `get`.
   */
  cookieIn(header: string | undefined): string | undefined {
    return cookieValue(header, this.cookieName);
  }

  /** The answer if memory has it (null: no live session), else undefined. */
  peek(cookie: string): Principal | null | undefined {
    const session = this.cache.peek(cookie);
    return session?.principal ?? (session as null | undefined);
  }

  /**
   * The person that the cookie signs in, or null. Throws StoreError `database_away` when that
   * cannot be found out.
   */
  async get(cookie: string): Promise<Principal | null> {
    return (await this.cache.get(cookie))?.principal ?? null;
  }

  /** Makes a one-time login token for the operator of a tenant, with the given role. */
  async mintLoginToken(tenantId: string, role: string): Promise<string> {
    const { email } = await ensureOperator(this.prisma, tenantId, role);
    const id = randomUUID();
    await this.auth.api.signInMagicLink({ body: { email, metadata: { id } }, headers: new Headers() });
    const token = this.minted.get(id);
    this.minted.delete(id);
    if (token === undefined) throw new Error("better-auth made no login token");
    return token;
  }

  /**
   * Spends a login token. Of any number of callers with one token, one gets a session.
   * @returns the Set-Cookie values, or null when the token is unknown, spent or expired.
   */
  async redeem(token: string, userAgent: string | undefined): Promise<string[] | null> {
    const headers = new Headers(userAgent === undefined ? {} : { "user-agent": userAgent });
    try {
      const answer = await this.strangers.find(token, () =>
        this.auth.api.magicLinkVerify({ query: { token }, headers, returnHeaders: true }),
      );
      return answer.headers.getSetCookie();
    } catch (error) {
      // better-auth answers every refusal with a redirect to its error page.
      if (isAPIError(error) && error.statusCode < 400) return null;
      throw error;
    }
  }

  /**
   * Ends a session at once on this node, within the cache's time to live on others. Returns
   * clearing Set-Cookie values.
   */
  async end(cookie: string): Promise<string[]> {
    const session = await this.cache.get(cookie);
    if (session !== null) await this.prisma.authSession.deleteMany({ where: { id: session.id } });
    this.cache.delete(cookie);
    const answer = await this.auth.api.signOut({ headers: this.headersOf(cookie), returnHeaders: true });
    this.onEnded();
    return answer.headers.getSetCookie();
  }

  close(): void {
    this.cache.clear();
  }

  private headersOf(cookie: string): Headers {
    return new Headers({ cookie: `${this.cookieName}=${cookie}` });
  }

  private async load(cookie: string): Promise<Session | null> {
    const found = await this.auth.api.getSession({ headers: this.headersOf(cookie) }).catch((cause: unknown) => {
      // better-auth keeps the reason to its own log; a look-up by id fails for no other one.
      throw databaseAway(faultOf(cause)?.reason ?? "unreachable", cause);
    });
    if (found === null) return null;
    const { user, session } = found;
    // One membership each for now; choosing among several comes with roles.
    const membership = await this.prisma.membership.findFirst({
      where: { userId: user.id },
      orderBy: { tenantId: "asc" },
    });
    if (membership === null) return null;
    const { tenantId, role } = membership;
    return { id: session.id, principal: { tenantId, kind: "user", id: user.id, name: user.name, role } };
  }
}
