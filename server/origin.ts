import type { Server } from "node:http";
import type { Config } from "./config.ts";

const ANY_ADDRESS = /^\[?(0\.0\.0\.0|[0:]+)\]?$/;

/** Whether a host to listen at stands for all of this machine's addresses. */
export const isAnyAddress = (host: string): boolean => ANY_ADDRESS.test(host);

/** An address that a browser on this machine can open. */
export function reachable(host: string): string {
  if (isAnyAddress(host)) return "localhost";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/**
 * Where people reach the console: what is set, or else this machine at the port that the server
 * listens at.
 */
export const originOf = ({ publicUrl, host }: Pick<Config, "publicUrl" | "host">, port: number): string =>
  publicUrl ?? `http://${reachable(host)}:${port}`;

const LOCAL_HOST = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/i;

/** Whether an address leads to the machine that opens it, whichever that is. */
export const isLocalOrigin = (origin: string): boolean => LOCAL_HOST.test(new URL(origin).hostname);

/** The port that a server listens at; `asked` before it does. */
export function portOf(server: Pick<Server, "address">, asked: number): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : asked;
}
