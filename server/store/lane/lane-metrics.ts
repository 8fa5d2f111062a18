import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What a lane counts. One set serves all lanes of the process. */
export interface LaneMetrics {
  batchSize: Histogram;
  waitSeconds: Histogram;
  lostRounds: Counter;
}

export function createLaneMetrics(registry: Registry): LaneMetrics {
  const registers = [registry];
  return {
    batchSize: new Histogram({
      name: "lane_batch_size",
      help: "Commits per batch that a lane settled",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    }),
    waitSeconds: new Histogram({
      name: "lane_wait_seconds",
      help: "Time a commit waited before its batch began",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    lostRounds: new Counter({
      name: "lane_lost_rounds_total",
      help: "Rounds lost because another node had moved the head",
      registers,
    }),
  };
}

/** Gauges computed on scrape: how many commits wait in the lanes. */
export function observeLanes(registry: Registry, read: () => { depth: number; limit: number }): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge("lane_queue_depth", "Commits waiting in the lanes", () => read().depth);
  gauge("lane_queue_limit", "Commits a lane lets wait before it answers 503", () => read().limit);
}
