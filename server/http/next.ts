import next from "next";
import type { DrawPage } from "./pages.ts";

export interface NextOptions {
  /** Hot reload instead of the build in `.next`. */
  dev: boolean;
  /** The project's root: where `app/` and `next.config.ts` are. */
  dir: string;
  hostname: string;
  port: number;
}

export interface NextPages {
  draw: DrawPage;
  close: () => Promise<void>;
}

/**
 * Prepares Next as a guest of our own server: it draws pages and holds no state (DESIGN, the bundling trap).
 * In development its hot reload listens to the upgrades of whatever server the first page is asked from.
 *
 * @throws when `.next` holds no build and `dev` is off.
 */
export async function createNext(options: NextOptions): Promise<NextPages> {
  const { dev, dir, hostname, port } = options;
  // A server for others' work tells nobody about itself.
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  const app = next({ dev, dir, hostname, port, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { draw: (request, response) => handle(request, response), close: () => app.close() };
}
