import { EVENT_VERSION, type LogEvent } from "./event.ts";
import { World } from "./tx.test-kit.ts";

/**
 * A world that keeps its log as the server would: every event with its position, time and actor.
 */
export class LoggedWorld extends World {
  readonly log: LogEvent[] = [];

  override apply(...[mutations, actor, expect]: Parameters<World["apply"]>): ReturnType<World["apply"]> {
    const at = new Date(this.now).toISOString();
    const done = super.apply(mutations, actor, expect);
    for (const { type, subject, runId, payload = {} } of done.events) {
      const seq = this.log.length + 1;
      // Through JSON, as the log stores it.
      const event = { seq, v: EVENT_VERSION, type, at, actor, subject, ...(runId && { runId }), payload };
      this.log.push(JSON.parse(JSON.stringify(event)) as LogEvent);
    }
    return done;
  }

  /** The events of one run, as `GET /runs/{id}/events` answers them. */
  logOf(runId: string): LogEvent[] {
    return this.log.filter((event) => event.runId === runId);
  }
}
