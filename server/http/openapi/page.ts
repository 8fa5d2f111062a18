import { createHash } from "node:crypto";
import { PROBLEM_CODES } from "./problems.ts";
import type { JsonSchema } from "./schemas.ts";

/**
 * The reference as one page without scripts: it reads the OpenAPI document, so it cannot say
 * anything else.
 */

const CSS = `
:root { color-scheme: light dark; --line: #8883; --dim: #777; --code: #8881; --accent: #2563eb; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 15rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; box-sizing: border-box; border-right: 1px solid var(--line); }
nav a { display: block; padding: .15rem 0; color: inherit; text-decoration: none; } nav a:hover { text-decoration: underline; }
main { padding: 1.5rem 2.5rem 6rem; max-width: 60rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; } h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; } code { background: var(--code); padding: .1em .3em; border-radius: 4px; }
pre { background: var(--code); padding: .75rem 1rem; border-radius: 6px; overflow: auto; } a { color: var(--accent); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; } details > div { padding: 0 1rem 1rem; }
summary { padding: .55rem 1rem; cursor: pointer; } summary code { background: none; padding: 0; }
summary b { display: inline-block; width: 3.2rem; font: 600 12px ui-monospace, monospace; } summary span { color: var(--dim); margin-left: .75rem; }
table { border-collapse: collapse; width: 100%; } td { border-top: 1px solid var(--line); padding: .3rem .75rem .3rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; } small { color: var(--dim); } :target { outline: 2px solid var(--accent); outline-offset: 4px; }
@media (max-width: 700px) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
`;

/** What the page's answer says it may do: its own styles, nothing else. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(CSS).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Operation {
  tags: [string];
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { required: boolean; content: { [type: string]: { schema: JsonSchema } } };
  responses: { [status: string]: { description: string; content?: { [type: string]: { schema: JsonSchema } } } };
}

interface Document {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: { [path: string]: { [method: string]: Operation } };
  components: { schemas: { [name: string]: JsonSchema } };
}

export function drawPage(source: JsonSchema): string {
  const { info, tags, paths, components } = source as unknown as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === name);
    return `<section id="${anchor(name)}"><h2>${text(name)}</h2>${own.map(drawOperation).join("")}</section>`;
  });
  const links = [...tags.map(({ name }) => [anchor(name), name]), ["problems", "Problems"], ["schemas", "Schemas"]];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(info.title)} API</title><style>${CSS}</style></head>
<body><nav aria-label="Sections"><b>${text(info.title)} API</b>${links.map(([id, name]) => `<a href="#${id}">${text(name ?? "")}</a>`).join("")}
<p><a href="/api/v1/openapi.json">openapi.json</a><a href="/">Console</a></p></nav>
<main><h1>${text(info.title)} API <small>${text(info.version)}</small></h1><p>${prose(info.description)}</p>
<pre>curl -X POST $URL/api/v1/commits -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{"mutations": [{"type": "run.create", "runId": "hello", "workflow": "first"}]}'</pre>
${sections.join("")}${drawProblems()}${drawSchemas(components.schemas)}</main></body></html>`;
}

function drawOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const rows = parameters.map((parameter) =>
    row(
      parameter.name,
      `${parameter.in}, ${typeOf(parameter.schema)}`,
      parameter.required === true,
      parameter.description,
    ),
  );
  const answers = Object.entries(responses).map(([status, { description: says, content }]) => {
    const schema = Object.values(content ?? {})[0]?.schema;
    return `<tr><td><code>${text(status)}</code></td><td>${prose(says)}${schema && Number(status) < 400 ? ` <small>${typeOf(schema)}</small>` : ""}</td></tr>`;
  });
  return `<details><summary><b>${text(method.toUpperCase())}</b><code>${text(path)}</code><span>${text(summary)}</span></summary><div>
${description ? `<p>${prose(description)}</p>` : ""}
${rows.length > 0 ? `<h3>Parameters</h3><table>${rows.join("")}</table>` : ""}
${body ? `<h3>Body</h3>${drawFields(body)}` : ""}
<h3>Answers</h3><table>${answers.join("")}</table></div></details>`;
}

function drawProblems(): string {
  const rows = Object.entries(PROBLEM_CODES).map(
    ([code, says]) => `<tr id="problem-${text(code)}"><td><code>${text(code)}</code></td><td>${prose(says)}</td></tr>`,
  );
  return `<section id="problems"><h2>Problems</h2><p>Errors are <code>application/problem+json</code> (RFC 9457). Switch on <code>code</code>.</p><table>${rows.join("")}</table></section>`;
}

function drawSchemas(schemas: { [name: string]: JsonSchema }): string {
  const parts = Object.entries(schemas).map(
    ([name, schema]) =>
      `<details id="${anchor(name)}"><summary><code>${text(name.replace(/^Mutation\./, ""))}</code>${name.startsWith("Mutation.") ? "<span>mutation</span>" : ""}</summary><div>${drawFields(schema)}</div></details>`,
  );
  return `<section id="schemas"><h2>Schemas</h2>${parts.join("")}</section>`;
}

function drawFields(schema: JsonSchema): string {
  const { properties, required = [] } = schema as { properties?: { [name: string]: JsonSchema }; required?: string[] };
  if (!properties) return `<p>${typeOf(schema)}</p>`;
  const rows = Object.entries(properties).map(([name, field]) =>
    row(name, typeOf(field), required.includes(name), field.description as string | undefined),
  );
  return rows.length > 0 ? `<table>${rows.join("")}</table>` : "<p>No fields.</p>";
}

function row(name: string, type: string, required: boolean, description: string | undefined): string {
  return `<tr><td><code>${text(name)}</code>${required ? "" : " <small>optional</small>"}</td><td><small>${type}</small> ${prose(description ?? "")}</td></tr>`;
}

/** A schema in a few words, as HTML. */
function typeOf(schema: JsonSchema): string {
  const {
    $ref,
    type,
    enum: values,
    const: only,
    items,
    format,
    allOf,
    anyOf,
    oneOf,
    minimum,
    maximum,
    default: given,
  } = schema;
  if (typeof $ref === "string") {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return `<a href="#${anchor(name)}">${text(name.replace(/^Mutation\./, ""))}</a>`;
  }
  if (only !== undefined) return `<code>${text(JSON.stringify(only))}</code>`;
  if (Array.isArray(values)) return values.map((value) => `<code>${text(String(value))}</code>`).join(" ");
  if (Array.isArray(allOf)) return allOf.map(typeOf).join(" and ");
  const choice = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(choice)) return choice.map(typeOf).join(" or ");
  if (type === "array") return `list of ${typeOf((items as JsonSchema | undefined) ?? {})}`;
  if (type === "object" && schema.properties !== undefined) {
    return `{ ${Object.entries(schema.properties as { [name: string]: JsonSchema })
      .map(([name, field]) => `<code>${text(name)}</code> ${typeOf(field)}`)
      .join(", ")} }`;
  }
  const bounds = typeof maximum === "number" && maximum < 1e9 ? `, ${Number(minimum ?? 0)}–${maximum}` : "";
  const fallback = given === undefined ? "" : `, default ${text(JSON.stringify(given))}`;
  return text(String(format ?? (Array.isArray(type) ? type.join(" or ") : (type ?? "any JSON")))) + bounds + fallback;
}

const anchor = (name: string) => `s-${name.toLowerCase().replace(/[^a-z0-9.]+/g, "-")}`;
const ESCAPES: { [char: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (raw: string) => raw.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
const prose = (raw: string) => text(raw).replace(/`([^`]+)`/g, "<code>$1</code>");
