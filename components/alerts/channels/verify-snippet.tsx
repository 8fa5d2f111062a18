import { CopyText } from "../../ui/copy-id.tsx";

const SNIPPET = `import { createServer } from "node:http";
import { Webhook } from "standardwebhooks"; // npm install standardwebhooks

const webhook = new Webhook(process.env.SWITCHYARD_SECRET); // whsec_…
const seen = new Set(); // what comes twice has the same webhook-id

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
    response.writeHead(204).end(); // answer first: within 10 s
    const id = request.headers["webhook-id"];
    if (!seen.has(id)) console.log(event);
    seen.add(id);
  } catch {
    response.writeHead(401).end(); // not from here, or too old
  }
}).listen(8080);`;

/** How a receiver makes sure that a notification is from here: a program to copy. */
export function VerifySnippet() {
  return (
    <div className="space-y-2 text-body text-muted">
      <p>
        Every request carries <code>webhook-id</code>, <code>webhook-timestamp</code> and <code>webhook-signature</code>{" "}
        by{" "}
        <a href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer" className="link underline">
          Standard Webhooks
        </a>
        , which has libraries for most languages. In Node:
      </p>
      <CopyText
        text={SNIPPET}
        what="the program"
        className="w-full [&_code]:flex-1 [&_code]:break-words [&_code]:whitespace-pre-wrap"
      />
    </div>
  );
}
