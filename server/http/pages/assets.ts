import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

const compress = promisify(gzip);

const TYPES: { readonly [extension: string]: string } = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const COMPRESSIBLE = /^(?:text|application|image\/svg)/;
const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "public, max-age=0, must-revalidate";

interface Asset {
  type: string;
  cache: string;
  etag: string;
  body: Buffer;
  /** Made when it is first asked for. */
  zipped: Promise<Buffer> | undefined;
}

/**
 * The console's own files, from memory: they are few, and serving one, or answering 404, needs
 * neither the pages' process nor the disk.
 */
export class Assets {
  readonly #files = new Map<string, Asset>();

  /**
   * Reads what a build of the console consists of. `build` is its folder, below the project's root.
   */
  static async read(root: string, build: string): Promise<Assets> {
    const assets = new Assets();
    // Names under `static` change with their content.
    await assets.#add(path.join(root, build, "static"), "/_next/static", FOR_EVER);
    await assets.#add(path.join(root, "public"), "", ASK_AGAIN);
    return assets;
  }

  has(url: string): boolean {
    return this.#files.has(pathOf(url));
  }

  /** Answers GET and HEAD for a file that is there. */
  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const asset = this.#files.get(pathOf(request.url));
    if (!asset) throw new Error(`there is no file ${request.url}`);
    const { type, cache, etag, body } = asset;
    reply.headers({ "cache-control": cache, etag, vary: "accept-encoding" });
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    reply.type(type);
    const zips = COMPRESSIBLE.test(type) && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    if (!zips) return reply.send(body);
    asset.zipped ??= compress(body);
    return reply.header("content-encoding", "gzip").send(await asset.zipped);
  }

  async #add(folder: string, prefix: string, cache: string): Promise<void> {
    if (!existsSync(folder)) return;
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const type = TYPES[path.extname(file)] ?? "application/octet-stream";
      const body = await readFile(file);
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      const url = `${prefix}/${path.relative(folder, file).split(path.sep).map(encodeURI).join("/")}`;
      this.#files.set(url, { type, cache, etag, body, zipped: undefined });
    }
  }
}

const pathOf = (url: string): string => url.split("?", 1)[0] ?? "";
