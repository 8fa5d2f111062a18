import { once } from "node:events";
import { closeSync, openSync, readlinkSync, rmSync } from "node:fs";
import net from "node:net";
import path from "node:path";

// Processes in other containers cannot be seen, and their ids are in use here as well. A socket in
// a folder that both have says whether one lives, also while it is frozen: the system refuses
// connections to a socket that nobody has open.

/**
 * Which processes this one sees: those of its container. Empty where the system has no such thing.
 */
export function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/**
 * Gives a sign of life at a socket of this name in a folder. Answers how to stop; undefined where
 * there can be no such socket.
 */
export async function giveSign(folder: string, name: string): Promise<(() => void) | undefined> {
  if (process.platform !== "linux") return undefined;
  const fd = openSync(folder, "r");
  const server = net.createServer((socket) => socket.destroy());
  try {
    server.listen({ path: addressOf(fd, name), writableAll: true });
    await once(server, "listening");
  } catch {
    closeSync(fd);
    return undefined;
  }
  server.unref();
  return () => {
    server.close(() => closeSync(fd));
    rmSync(path.join(folder, name), { force: true });
  };
}

/** Whether somebody gives a sign of life there now. */
export async function givesSign(folder: string, name: string): Promise<boolean> {
  const fd = openSync(folder, "r");
  const socket = net.connect(addressOf(fd, name));
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return !["ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
    closeSync(fd);
  }
}

/** The address of a socket holds about 104 characters, a folder's path may be longer. */
const addressOf = (folder: number, name: string) => `/proc/self/fd/${folder}/${name}`;
