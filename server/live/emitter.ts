import type { Namespace } from "socket.io";
import type {
  Beat,
  ClientToServer,
  LogFrame,
  ResetFrame,
  ServerToClient,
  StateFrame,
} from "../../domain/kernel/live.ts";
import type { LiveMetrics } from "./metrics.ts";

/**
 * Sends frames to rooms. socket.io's adapter encodes a packet once per room. `sockets` is the
 * number of sockets in the room, for the metrics.
 */
export interface Emitter {
  log(to: string | string[], frame: LogFrame, sockets: number): void;
  state(to: string | string[], frame: StateFrame, sockets: number): void;
  reset(to: string, frame: ResetFrame): void;
  beat(to: string, beat: Beat, sockets: number): void;
}

export type LiveNamespace = Namespace<ClientToServer, ServerToClient>;

export function createEmitter(namespace: LiveNamespace, metrics: LiveMetrics): Emitter {
  const frames = (kind: string) => metrics.frames.labels(kind);
  const [log, state, snapshot, reset, beats] = ["log", "state", "snapshot", "reset", "beat"].map(frames);
  return {
    log(to, frame, sockets) {
      log?.inc(sockets);
      namespace.to(to).emit("log", frame);
    },
    state(to, frame, sockets) {
      (frame.snapshot ? snapshot : state)?.inc(sockets);
      namespace.to(to).emit("state", frame);
    },
    reset(to, frame) {
      reset?.inc();
      metrics.resets.labels(frame.reason).inc();
      namespace.to(to).emit("reset", frame);
    },
    beat(to, beat, sockets) {
      beats?.inc(sockets);
      namespace.to(to).emit("beat", beat);
    },
  };
}
