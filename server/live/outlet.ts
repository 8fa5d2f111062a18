import type { Socket } from "socket.io";

/** Where topics send what one socket should receive. */
export interface Sink {
  /** The room of this socket alone. */
  readonly id: string;
  /** Too much waits to be written: add nothing. */
  readonly full: boolean;
  /**
   * Resolves true once little waits to be written, false when the socket closes or reads nothing
   * for `patienceMs`.
   */
  drained(patienceMs: number): Promise<boolean>;
  join(room: string): void;
  leave(room: string): void;
}

const FULL_BYTES = 1024 * 1024;
const FULL_FRAMES = 1_000;
/** Below this many waiting bytes, catching up may add more. */
const LOW_BYTES = 64 * 1024;

/**
 * Tracks what a socket has not written yet. Packets wait in engine.io's buffer while a batch is
 * passed to the kernel; "flush" hands the buffer over as the next batch, "ready" means that the
 * kernel has taken one.
 */
export class Outlet implements Sink {
  readonly #socket: Socket;
  #waitingFrames = 0;
  #waitingBytes = 0;
  #sentBytes = 0;
  #closed = false;
  readonly #wakers = new Set<() => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    const { conn } = socket;
    conn.on("packetCreate", ({ data }: { data?: unknown }) => {
      this.#waitingFrames += 1;
      if (typeof data === "string") this.#waitingBytes += data.length;
    });
    conn.on("flush", () => {
      this.#sentBytes = this.#waitingBytes;
      this.#waitingBytes = 0;
      this.#waitingFrames = 0;
    });
    const watch = () => conn.transport.on("ready", () => this.#wake());
    watch();
    // A connection that began by polling may be upgraded to a WebSocket.
    conn.on("upgrade", watch);
    conn.on("close", () => this.close());
  }

  get id(): string {
    return this.#socket.id;
  }

  get full(): boolean {
    return this.#waitingFrames >= FULL_FRAMES || this.#bytes >= FULL_BYTES;
  }

  async drained(patienceMs: number): Promise<boolean> {
    if (this.#closed || this.#bytes <= LOW_BYTES) return !this.#closed;
    return await new Promise((resolve) => {
      const settle = (drained: boolean) => {
        clearTimeout(timer);
        this.#wakers.delete(look);
        resolve(drained);
      };
      const look = () => {
        if (this.#closed || this.#bytes <= LOW_BYTES) settle(!this.#closed);
        else timer.refresh();
      };
      const timer = setTimeout(() => settle(false), patienceMs);
      this.#wakers.add(look);
    });
  }

  join(room: string): void {
    void this.#socket.join(room);
  }

  leave(room: string): void {
    void this.#socket.leave(room);
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  get #bytes(): number {
    return this.#waitingBytes + (this.#socket.conn.transport.writable ? 0 : this.#sentBytes);
  }

  #wake(): void {
    for (const look of [...this.#wakers]) look();
  }
}
