/**
 * A server that fires alerts without end and sends what it can of them, for a test that kills it:
 * URL of the database, tenant, a name for what it does.
 */
import { Registry } from "prom-client";
import { createDatabase } from "../database/client.ts";
import { createGuard } from "../notify/guard.ts";
import { createNotifier } from "../notify/index.ts";
import { closeBreakers, names, openBreakers } from "../notify/notify.test-kit.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";

const [url = "", tenant = "", prefix = ""] = process.argv.slice(2);
const database = createDatabase(url);
const store = await openStore(database, tenant);
createNotifier({
  store,
  queries: laneDatabase(database.pool),
  registry: new Registry(),
  log: { warn: () => {} },
  guard: createGuard(true),
  publicUrl: () => "https://console.example",
  everyMs: 20,
}).start();
for (let n = 0; ; n += 1) {
  const agents = names(5, `${prefix}-${n}-`);
  await commit(store, openBreakers(agents), {}, tenant);
  await commit(store, closeBreakers(agents.slice(0, 2)), {}, tenant);
  if (n === 1) console.log("under way");
}
