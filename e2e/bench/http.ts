import http from "node:http";

/** A small HTTP client on kept-alive connections: its own cost is part of what is measured, so it does no more than it must. */
export function createPoster(url: string, key: string) {
  const { hostname, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  const post = (path: string, body: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      };
      const request = http.request({ hostname, port, path, method: "POST", headers, agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.on("error", reject);
      request.end(body);
    });
  return {
    async commit(mutations: unknown[]): Promise<{ firstSeq: number; lastSeq: number }> {
      const answer = await post("/api/v1/commits", JSON.stringify({ mutations }));
      if (answer.status !== 201) throw new Error(`commit answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body);
    },
    close: () => agent.destroy(),
  };
}
