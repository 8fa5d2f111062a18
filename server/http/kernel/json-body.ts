import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseJson } from "../../../domain/kernel/json-text.ts";
import { ProblemError } from "./problem.ts";

/**
 * Bodies: JSON in UTF-8, plain or compressed, that comes back as it was sent or is refused by name.
 * Anything else (another encoding, bytes that are no UTF-8, numbers that a double cannot hold) is
 * refused, never altered.
 */
export function installBodies(app: FastifyInstance): void {
  // JSON only: a form or plain text is what another site could send without asking.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (request: FastifyRequest, sent: Buffer) => {
    mustBeUtf8(request.headers["content-type"] ?? "");
    const body = await unpacked(request, sent);
    // An empty body is no body.
    return body.length === 0 ? undefined : read(body);
  });
}

const CODINGS = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;
const ACCEPTED = "gzip, deflate, br";

async function unpacked(request: FastifyRequest, body: Buffer): Promise<Buffer> {
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (coding === "" || coding === "identity") return body;
  if (!Object.hasOwn(CODINGS, coding)) {
    throw new ProblemError(
      415,
      "unsupported_encoding",
      `The body is compressed in a way that is not taken (Content-Encoding); it may be one of ${ACCEPTED}, or plain.`,
      { headers: { "accept-encoding": ACCEPTED } },
    );
  }
  try {
    const limit = request.routeOptions.bodyLimit;
    return await CODINGS[coding as keyof typeof CODINGS](body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new ProblemError(413, "body_too_large", "The body, decompressed, is larger than this endpoint takes.");
    }
    throw new ProblemError(400, "malformed_body", `The body is not valid ${coding}.`, { cause: error });
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;
/** ASCII is a part of UTF-8. */
const UTF8 = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);

function mustBeUtf8(contentType: string): void {
  const charset = CHARSET.exec(contentType)?.[1];
  if (charset === undefined || UTF8.has(charset.toLowerCase())) return;
  throw new ProblemError(415, "unsupported_charset", "Send the body as application/json in UTF-8.");
}

const BOM = "\ufeff";

function read(body: Buffer): unknown {
  if (!isUtf8(body)) {
    const message = `the body is not UTF-8: the byte at offset ${firstBadByte(body)} belongs to no character`;
    const errors = [{ index: -1, type: null, code: "invalid_utf8", message, path: "" }];
    throw new ProblemError(400, "malformed", "The body is not valid UTF-8.", { errors });
  }
  const text = body.toString("utf8");
  const parsed = parsedOf(text.startsWith(BOM) ? text.slice(BOM.length) : text);
  if ("value" in parsed) return parsed.value;
  const errors = parsed.faults.map(({ path, code, message }) => {
    const index = /^mutations\[(\d+)\]/.exec(path)?.[1];
    return { index: index === undefined ? -1 : Number(index), type: null, code, message, path };
  });
  throw new ProblemError(400, "malformed", "The body has something that could not be kept as it was sent.", { errors });
}

function parsedOf(text: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Node quotes the text around the place; where it is says enough, and logs keep no bodies.
    const place = /at position \d+/.exec(error.message)?.[0];
    throw new ProblemError(400, "malformed_json", `The body is not valid JSON${place ? ` ${place}` : ""}.`, {
      cause: error,
    });
  }
}

/** Decoding puts U+FFFD for what is no character: where encoding that again first differs. */
function firstBadByte(body: Buffer): number {
  const again = Buffer.from(body.toString("utf8"));
  let at = 0;
  while (at < body.length && body[at] === again[at]) at += 1;
  return at;
}
