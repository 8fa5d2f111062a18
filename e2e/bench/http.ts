import net from "node:net";

/**
 * An HTTP/1.1 client that does no more than a bench needs: its own cost is taken from the two cores that are measured. Each caller has one
 * kept-alive connection with one request under way; the answer's body is read by its length.
 */
export function createPoster(url: string, key: string) {
  const { hostname, port } = new URL(url);
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const head = `POST /api/v1/commits HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: `;
  const request = (mutations: unknown[]) => {
    const body = JSON.stringify({ mutations });
    return `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`;
  };
  const send = async (text: string): Promise<{ firstSeq: number; lastSeq: number }> => {
    let connection = idle.pop();
    if (!connection) {
      connection = await connect(hostname, Number(port));
      all.push(connection);
    }
    const { status, body } = await connection.exchange(text);
    idle.push(connection);
    if (status !== "201") throw new Error(`commit answered ${status}: ${body}`);
    return JSON.parse(body);
  };
  return {
    /** A commit that is sent many times is encoded once. */
    prepare(mutations: unknown[]): () => Promise<{ firstSeq: number; lastSeq: number }> {
      const text = request(mutations);
      return () => send(text);
    },
    close: () => {
      for (const connection of all) connection.end();
    },
  };
}

interface Connection {
  exchange(text: string): Promise<{ status: string; body: string }>;
  end(): void;
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
  };
}
