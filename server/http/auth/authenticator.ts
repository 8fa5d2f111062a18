import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "pino";
import type { PrismaClient } from "../../database/generated/client.ts";
import type { Principal } from "../kernel/principal.ts";
import { KeyLookup } from "./key-lookup.ts";
import { isSameOrigin, isSameOriginHandshake } from "./origin.ts";
import { cookieSecret } from "./secret.ts";
import { Sessions } from "./sessions.ts";
import { Strangers } from "./strangers.ts";

/** What a caller shows: a key beats a cookie, and a bad key is not made good by a session. */
export type Credential = { kind: "key"; secret: string } | { kind: "cookie"; value: string };

/** Who is asking? The one place that answers, for HTTP requests and sockets alike. */
export class Authenticator {
  readonly keys: KeyLookup;
  readonly sessions: Sessions;
  private readonly publicOrigin: string | undefined;

  private constructor(keys: KeyLookup, sessions: Sessions, publicOrigin: string | undefined) {
    this.keys = keys;
    this.sessions = sessions;
    this.publicOrigin = publicOrigin;
  }

  /**
   * @param publicOrigin what browsers call this server when a proxy in front of it changes Host.
   */
  static async create(prisma: PrismaClient, logger: Logger, publicOrigin?: string): Promise<Authenticator> {
    const secret = await cookieSecret(prisma);
    const strangers = new Strangers();
    const sessions = await Sessions.create(prisma, secret, logger.child({ part: "auth" }), strangers);
    return new Authenticator(new KeyLookup(prisma, { strangers }), sessions, publicOrigin);
  }

  /** Whether a request that may change something comes from this console's own pages. */
  isOwnPage(headers: IncomingHttpHeaders): boolean {
    return isSameOrigin(headers, this.publicOrigin);
  }

  /** The same for a WebSocket handshake. */
  isOwnHandshake(headers: IncomingHttpHeaders): boolean {
    return isSameOriginHandshake(headers, this.publicOrigin);
  }

  /**
   * The credential in a request's headers, or null. A malformed Authorization header is a key
   * nobody has.
   */
  credentialIn(headers: IncomingHttpHeaders): Credential | null {
    const { authorization } = headers;
    if (authorization !== undefined) {
      return { kind: "key", secret: /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "" };
    }
    const value = this.sessions.cookieIn(headers.cookie);
    return value === undefined ? null : { kind: "cookie", value };
  }

  /**
   * The answer if memory has it (null: nobody), else undefined: the hot path, without a promise.
   */
  peek(credential: Credential): Principal | null | undefined {
    return credential.kind === "key" ? this.keys.peek(credential.secret) : this.sessions.peek(credential.value);
  }

  /** The principal of a credential, or null. Rejects when the database is away. */
  resolve(credential: Credential): Promise<Principal | null> {
    return credential.kind === "key" ? this.keys.get(credential.secret) : this.sessions.get(credential.value);
  }

  /**
   * For socket handshakes: who opens this connection, or null (refuse). Takes the handshake's
   * `auth.key` if there is one, else the headers (Bearer, or the session cookie from a page of this
   * origin). Cheap enough to be asked again now and then on an open socket, which is how a revoked
   * key or a logout ends it. Rejects when the database is away.
   */
  async authenticate(handshake: { headers: IncomingHttpHeaders; key?: unknown }): Promise<Principal | null> {
    const { headers, key } = handshake;
    if (key !== undefined && key !== null) return typeof key === "string" ? this.keys.get(key) : null;
    const credential = this.credentialIn(headers);
    if (credential === null || (credential.kind === "cookie" && !this.isOwnHandshake(headers))) return null;
    return this.resolve(credential);
  }

  /** Forgets what it knows and waits for its last writes. */
  async close(): Promise<void> {
    this.sessions.close();
    await this.keys.close();
  }
}
