import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export type LiveMetrics = ReturnType<typeof createLiveMetrics>;

/** The metrics of live connections. */
export function createLiveMetrics(registry: Registry) {
  const registers = [registry];
  return {
    sockets: new Gauge({ name: "switchyard_live_sockets", help: "Open sockets of namespace /live.", registers }),
    subscriptions: new Gauge({
      name: "switchyard_live_subscriptions",
      help: "Open subscriptions by kind of topic.",
      labelNames: ["topic"] as const,
      registers,
    }),
    frames: new Counter({
      name: "switchyard_live_frames_sent_total",
      help: "Frames handed to sockets, one per socket that gets it.",
      labelNames: ["kind"] as const,
      registers,
    }),
    resets: new Counter({
      name: "switchyard_live_resets_total",
      help: "Subscriptions dropped, by the reason sent to their client.",
      labelNames: ["reason"] as const,
      registers,
    }),
    refused: new Counter({
      name: "switchyard_live_refused_total",
      help: "Sockets that were turned away or disconnected, by why.",
      labelNames: ["reason"] as const,
      registers,
    }),
    commitToEmit: new Histogram({
      name: "switchyard_live_commit_to_emit_seconds",
      help: "Time from the oldest commit of a log frame reaching this room to the frame having been handed to all its sockets.",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
      registers,
    }),
  };
}
