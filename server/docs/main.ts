import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventsPage } from "./events-page.ts";

/** `npm run docs`: writes the pages of docs/ that are made of the code. */
writeFileSync(fileURLToPath(new URL("../../docs/events.md", import.meta.url)), eventsPage());
