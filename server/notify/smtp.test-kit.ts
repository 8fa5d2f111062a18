import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A received mail, its parts decoded. */
export interface GotMail {
  from: string;
  to: string[];
  user: string | undefined;
  secure: boolean;
  headers: { [name: string]: string };
  raw: string;
  text: string;
  html: string;
}

export interface Smtp {
  port: number;
  got: GotMail[];
  /** Answers to the next mails' data, in turn; then they are accepted. */
  answers: number[];
  /** Greetings of the next connections, in turn; then they are accepted. */
  greetings: number[];
  /** Codes answered to these addresses. */
  refusals: { [address: string]: number };
  close(): Promise<void>;
}

const refusal = (responseCode: number) =>
  Object.assign(new Error("<someone@secret.example> not now"), { responseCode });

/** A real SMTP server on loopback. */
export async function openSmtp(options: SMTPServerOptions = {}, port = 0): Promise<Smtp> {
  const got: GotMail[] = [];
  const answers: number[] = [];
  const greetings: number[] = [];
  const refusals: Smtp["refusals"] = {};
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, done) {
      const code = greetings.shift();
      done(code === undefined ? null : refusal(code));
    },
    onRcptTo({ address }, _session, done) {
      const code = refusals[address];
      done(code === undefined ? null : refusal(code));
    },
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const answer = answers.shift();
      if (answer !== undefined) return done(refusal(answer));
      const { mailFrom, rcptTo } = session.envelope;
      got.push({
        from: mailFrom === false ? "" : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        user: session.user as string | undefined,
        secure: session.secure,
        ...parse(Buffer.concat(chunks).toString("latin1")),
      });
      done(null);
    },
    ...options,
  });
  // A client that hangs up is not an error of the server.
  server.on("error", () => {});
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    got,
    answers,
    greetings,
    refusals,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A port without a listener. */
export async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Parses a mail of two parts: headers unfolded and decoded, bodies decoded. */
function parse(raw: string): Pick<GotMail, "headers" | "raw" | "text" | "html"> {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1] ?? "";
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, "")));
  const part = (type: string) => parts.find((one) => one.headers["content-type"]?.startsWith(type));
  return { headers, raw, text: decode(part("text/plain")), html: decode(part("text/html")) };
}

function split(raw: string): { headers: GotMail["headers"]; body: string } {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      decodeWords(line.slice(line.indexOf(":") + 1).trim()),
    ]),
  );
  return { headers, body: raw.slice(end + 4) };
}

const bytesOf = (quoted: string): Buffer =>
  Buffer.from(
    quoted.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );

function decode(part: { headers: GotMail["headers"]; body: string } | undefined): string {
  if (!part) return "";
  const how = part.headers["content-transfer-encoding"];
  if (how === "base64") return Buffer.from(part.body, "base64").toString();
  const bytes =
    how === "quoted-printable" ? bytesOf(part.body.replace(/=\r\n/g, "")) : Buffer.from(part.body, "latin1");
  return bytes.toString().replace(/\r\n/g, "\n");
}

/** RFC 2047's encoded words. */
const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      (how.toUpperCase() === "B" ? Buffer.from(word, "base64") : bytesOf(word.replace(/_/g, " "))).toString(),
    );
