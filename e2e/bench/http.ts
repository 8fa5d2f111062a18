import net from "node:net";

/**
 * An HTTP/1.1 client that does no more than a bench needs: its own cost is taken from the two cores
 * that are measured. Each caller has one kept-alive connection with one request under way; the
 * answer's body is read by its length.
 */
export function createPoster(url: string, key: string) {
  const { hostname, port } = new URL(url);
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const headers = `Host: ${hostname}:${port}\r\nAuthorization: Bearer ${key}\r\n`;
  const request = (mutations: unknown[]) => {
    const body = JSON.stringify({ mutations });
    const length = Buffer.byteLength(body);
    return `POST /api/v1/commits HTTP/1.1\r\n${headers}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
  };
  const send = async (text: string, expected: string): Promise<string> => {
    let connection = idle.pop();
    // One that nobody used for long has been closed by the server.
    while (connection?.gone()) connection = idle.pop();
    if (!connection) {
      connection = await connect(hostname, Number(port));
      all.push(connection);
    }
    const { status, body } = await connection.exchange(text);
    idle.push(connection);
    if (status !== expected) throw new Error(`${text.slice(0, text.indexOf("\r"))} answered ${status}: ${body}`);
    return body;
  };
  return {
    /** A commit that is sent many times is encoded once. */
    prepare(mutations: unknown[]): () => Promise<{ firstSeq: number; lastSeq: number }> {
      const text = request(mutations);
      return async () => JSON.parse(await send(text, "201"));
    },
    /** The body of an answer, as text. */
    get: (path: string): Promise<string> => send(`GET /api/v1${path} HTTP/1.1\r\n${headers}\r\n`, "200"),
    close: () => {
      for (const connection of all) connection.end();
    },
  };
}

interface Connection {
  exchange(text: string): Promise<{ status: string; body: string }>;
  end(): void;
  /** Whether either side has closed it. */
  gone(): boolean;
}

async function connect(host: string, port: number): Promise<Connection> {
  const socket = net.connect({ host, port, noDelay: true });
  socket.setEncoding("latin1");
  let received = "";
  let waiting:
    | { resolve: (answer: { status: string; body: string }) => void; reject: (error: Error) => void }
    | undefined;
  socket.on("data", (chunk: string) => {
    received += chunk;
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1]);
    if (received.length < end + 4 + length) return;
    const answer = { status: received.slice(9, 12), body: received.slice(end + 4) };
    received = "";
    waiting?.resolve(answer);
  });
  const lost = (error?: Error) => waiting?.reject(error ?? new Error("the server closed the connection"));
  socket.on("error", lost);
  socket.on("close", () => lost());
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return {
    exchange: (text) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(text);
      }),
    end: () => {
      waiting = undefined;
      socket.end();
    },
    gone: () => !socket.writable || socket.readableEnded,
  };
}
