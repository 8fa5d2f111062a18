import { io, type Socket } from "socket.io-client";
import { quantile } from "./load.ts";

interface LogFrame {
  from: number;
  to: number;
}

/**
 * Sockets on topic `log`, and how long after a commit was sent each of them had it in its handler.
 */
export async function createHandlers(url: string, key: string, count: number) {
  const seenAt = new Map<number, number[]>();
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket: Socket = io(`${url}/live`, {
        transports: ["websocket"],
        auth: { key },
        reconnection: false,
        forceNew: true,
      });
      socket.on("log", ({ from, to }: LogFrame) => {
        const now = performance.now();
        for (let seq = from; seq <= to; seq += 1) {
          const times = seenAt.get(seq);
          if (times) times.push(now);
          else seenAt.set(seq, [now]);
        }
      });
      await new Promise<void>((resolve, reject) => {
        socket.on("connect", resolve);
        socket.on("connect_error", reject);
      });
      const ack = (await socket.emitWithAck("subscribe", { topic: "log" })) as { error?: { message: string } };
      if (ack.error) throw new Error(ack.error.message);
      return socket;
    }),
  );
  return {
    /**
     * Commits one event at a time at a steady rate for `ms`; answers commit → handler over all
     * sockets, and what was missed.
     */
    async measure(commit: () => Promise<{ lastSeq: number }>, perSecond: number, ms: number) {
      seenAt.clear();
      const sent = new Map<number, number>();
      const begun = performance.now();
      const all: Promise<void>[] = [];
      for (let n = 0; n < (perSecond * ms) / 1000; n += 1) {
        // Open loop: each commit has its time, whatever became of the one before.
        const due = begun + (n * 1000) / perSecond;
        while (performance.now() < due)
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        all.push(commit().then(({ lastSeq }) => void sent.set(lastSeq, due)));
      }
      await Promise.all(all);
      const complete = () => [...sent.keys()].every((seq) => seenAt.get(seq)?.length === count);
      for (const deadline = performance.now() + 10_000; !complete() && performance.now() < deadline; ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const taken = [...sent].flatMap(([seq, due]) => (seenAt.get(seq) ?? []).map((at) => at - due));
      return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), missed: sent.size * count - taken.length };
    },
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}
