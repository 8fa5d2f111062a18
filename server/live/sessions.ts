import type { IncomingHttpHeaders } from "node:http";
import type { LiveSocket } from "./connection.ts";

/** Who opened a socket. */
export interface LivePrincipal {
  readonly tenantId: string;
  readonly kind: "key" | "user";
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** Credentials of a handshake: `auth.key`, otherwise the headers' Bearer key or session cookie. */
export interface Handshake {
  headers: IncomingHttpHeaders;
  key?: unknown;
}

/**
 * The principal of these credentials, or null. Rejects when that cannot be checked at the moment.
 */
export type Authenticate = (handshake: Handshake) => Promise<LivePrincipal | null>;

/** Headers that authenticate a socket; the others are not kept. */
const KEPT = ["authorization", "cookie", "host", "origin", "sec-fetch-site"] as const;

/** The part of a socket's handshake that authenticates it. */
export function handshakeOf(socket: LiveSocket): Handshake {
  const { headers, auth } = socket.handshake;
  const kept: IncomingHttpHeaders = {};
  for (const name of KEPT) if (headers[name] !== undefined) kept[name] = headers[name];
  return { headers: kept, key: auth.key ?? undefined };
}

/** Whether only a cookie authenticates the handshake, so that its origin matters. */
export const isByCookie = ({ headers, key }: Handshake): boolean =>
  headers.cookie !== undefined && headers.authorization === undefined && key === undefined;

interface Session {
  handshake: Handshake;
  principal: LivePrincipal;
  /** Closes the socket. */
  end: () => void;
}

/**
 * The principals of open sockets. From time to time each credential is checked again, once for all
 * its sockets; an invalid one, or one that now belongs to someone else, closes them.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #authenticate: Authenticate;

  constructor(authenticate: Authenticate) {
    this.#authenticate = authenticate;
  }

  add(socketId: string, session: Session): void {
    this.#open.set(socketId, session);
  }

  delete(socketId: string): void {
    this.#open.delete(socketId);
  }

  /**
   * Checks all credentials again. Sockets whose credentials cannot be checked stay. Never rejects.
   */
  async check(): Promise<void> {
    const groups = new Map<string, Session[]>();
    for (const session of this.#open.values()) {
      const credential = JSON.stringify(session.handshake);
      const group = groups.get(credential);
      if (group) group.push(session);
      else groups.set(credential, [session]);
    }
    for (const group of groups.values()) await this.#checkGroup(group);
  }

  async #checkGroup(group: Session[]): Promise<void> {
    const handshake = group[0]?.handshake;
    if (!handshake) return;
    let now: LivePrincipal | null;
    try {
      now = await this.#authenticate(handshake);
    } catch {
      return;
    }
    for (const { principal, end } of group) {
      const same = now?.id === principal.id && now.tenantId === principal.tenantId && now.role === principal.role;
      if (!same) end();
    }
  }
}
