import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** What the tests of a file stand on. */
export interface Given {
  /** One for the file. */
  readonly database: TestDatabase;
  /** Another one for each test. */
  readonly tenant: string;
  /** Closes it after the test, what was opened last first; answers it. */
  closing<T extends { close(): unknown }>(opened: T): T;
  /** Closes it all now. */
  closeAll(): Promise<void>;
}

/**
 * Gives the file that calls it a database, and each of its tests a tenant:
 * `const given = givenTenants();`
 */
export function givenTenants(prefix = "t"): Given {
  let database: TestDatabase | undefined;
  let tenants = 0;
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(() => {
    tenants += 1;
  });
  const closeAll = async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  };
  afterEach(closeAll);
  afterAll(() => database?.drop());
  return {
    get database() {
      if (!database) throw new Error("there is no database before the tests of a file begin");
      return database;
    },
    get tenant() {
      return `${prefix}${tenants}`;
    },
    closing(opened) {
      open.push(opened);
      return opened;
    },
    closeAll,
  };
}
