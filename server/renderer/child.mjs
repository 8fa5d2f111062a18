/**
 * The process that draws pages: Next behind an HTTP server on loopback, for the server that started
 * it and nobody else. Plain JavaScript, so that it runs as it is, from source and beside the
 * bundle.
 *
 * It ends when its parent does, however that ends and whatever this process is doing: a thread of
 * its own looks after that.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
import { Worker } from "node:worker_threads";

const PARENT = process.ppid;
/** The request header that proves that a request comes from the parent. */
const SECRET_HEADER = "x-switchyard-renderer";

giveWay();
endWithParent();
// To a whole group: the parent says when it is time, pages are drawn until then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  if (message.type === "start") start(message).catch(fail);
  else if (message.type === "ping") process.send({ type: "pong", rssBytes: process.memoryUsage.rss() }, () => {});
  else if (message.type === "stop") process.exit(0);
});

// Errors in drawing pages go to the server's log (`app/page-errors.ts`); an error itself does not
// pass between processes.
globalThis[Symbol.for("switchyard.page-errors")] = ({ error, ...fault }) => {
  const { name, message, stack } = error instanceof Error ? error : { name: "Error", message: String(error) };
  process.send({ type: "fault", fault, error: { name, message, stack } }, () => {});
};

async function start({ dev, dir, hostname, port, secret }) {
  const { default: next } = await import("next");
  const app = next({ dev, dir, hostname, port, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => {
    if (request.headers[SECRET_HEADER] !== secret) {
      response.writeHead(403).end();
      return;
    }
    delete request.headers[SECRET_HEADER];
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end("This page could not be drawn.");
    });
  });
  // The parent keeps its connections and decides how long a page may take.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1", () => process.send({ type: "ready", port: server.address().port }));
}

function fail(error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(1);
}

/** Commits come before pages: for the processor, and when memory runs out. */
function giveWay() {
  try {
    os.setPriority(10);
  } catch {}
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {}
}

function endWithParent() {
  const watch = `const { workerData } = require("node:worker_threads");
    setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL"); }, 500);`;
  new Worker(watch, { eval: true, workerData: PARENT, stdout: false, stderr: false }).unref();
}
