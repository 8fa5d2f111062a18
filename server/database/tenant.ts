import { Prisma, type PrismaClient } from "./generated/client.ts";

/**
 * A call the tenant-scoped client cannot confine to one tenant. A fault of the calling code, never
 * of a request.
 */
export class TenantScopeError extends Error {
  override name = "TenantScopeError";
  readonly code = "tenant_scope";
}

type Fields = Record<string, unknown>;

/**
 * A client that sees one tenant: every read and write it makes carries `tenantId`, so another
 * tenant's rows read as absent. It throws TenantScopeError for what it cannot confine: models
 * without a tenant, raw SQL, relations (they lead out of the tenant), a cursor or data that names
 * another tenant.
 */
export function forTenant(prisma: PrismaClient, tenantId: string) {
  if (tenantId === "") throw new TenantScopeError("a tenant is needed");
  return prisma.$extends({
    name: "tenant",
    query: {
      async $allOperations({ model, operation, args, query }) {
        if (!model) throw new TenantScopeError(`${operation} cannot be confined to a tenant`);
        return query(scopeArgs(model, operation, args ?? {}, tenantId));
      },
    },
  });
}

export type TenantClient = ReturnType<typeof forTenant>;

function scopeArgs(model: string, operation: string, args: Fields, tenantId: string): Fields {
  const scalars = scalarsOf(model);
  if (!scalars.has("tenantId")) throw new TenantScopeError(`${model} does not belong to a tenant`);
  const scope = new Scope(model, operation, scalars, tenantId);
  switch (operation) {
    case "findUnique":
    case "findUniqueOrThrow":
    case "findFirst":
    case "findFirstOrThrow":
    case "findMany":
    case "count":
    case "aggregate":
    case "groupBy":
    case "delete":
    case "deleteMany":
      return scope.selection({ ...args, where: scope.where(args.where) });
    case "update":
    case "updateMany":
    case "updateManyAndReturn":
      return scope.selection({ ...args, where: scope.where(args.where), data: scope.change(args.data) });
    case "create":
      return scope.selection({ ...args, data: scope.row(args.data) });
    case "createMany":
    case "createManyAndReturn":
      return scope.selection({ ...args, data: [args.data].flat().map((row) => scope.row(row)) });
    case "upsert":
      return scope.selection({
        ...args,
        where: scope.where(args.where),
        create: scope.row(args.create),
        update: scope.change(args.update),
      });
    default:
      throw new TenantScopeError(`${model}.${operation} cannot be confined to a tenant`);
  }
}

class Scope {
  constructor(
    private readonly model: string,
    private readonly operation: string,
    private readonly scalars: ReadonlySet<string>,
    private readonly tenantId: string,
  ) {}

  // AND, not a plain field: the caller's own `tenantId`, if there is one, must hold as well.
  where(where: unknown): Fields {
    const given = asFields(where);
    this.requireScalarFilter(given);
    return { ...given, AND: [...[given.AND ?? []].flat(), { tenantId: this.tenantId }] };
  }

  row(data: unknown): Fields {
    return { ...this.change(data), tenantId: this.tenantId };
  }

  change(data: unknown): Fields {
    const given = asFields(data);
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined) continue;
      if (!this.scalars.has(key)) this.refuse(`data names "${key}"`);
      if (key === "tenantId" && value !== this.tenantId) this.refuse("data names another tenant");
    }
    return given;
  }

  selection(args: Fields): Fields {
    if (args.include) this.refuse("include leads out of the tenant");
    for (const [key, value] of Object.entries(asFields(args.select))) {
      if (value && !this.scalars.has(key) && key !== "_all") this.refuse(`select names "${key}"`);
    }
    for (const order of [args.orderBy ?? []].flat()) {
      for (const key of Object.keys(asFields(order))) {
        if (!this.scalars.has(key) && !key.startsWith("_")) this.refuse(`orderBy names "${key}"`);
      }
    }
    for (const value of Object.values(asFields(args.cursor))) {
      if (!isFields(value) || value.tenantId !== this.tenantId) this.refuse("the cursor must name this tenant");
    }
    return args;
  }

  private requireScalarFilter(where: Fields): void {
    for (const [key, value] of Object.entries(where)) {
      if (value === undefined) continue;
      if (key === "AND" || key === "OR" || key === "NOT") {
        for (const part of [value].flat()) this.requireScalarFilter(asFields(part));
      } else if (!this.scalars.has(key) && !this.isCompoundKey(key)) {
        this.refuse(`where names "${key}"`);
      }
    }
  }

  private isCompoundKey(key: string): boolean {
    return key.split("_").every((part) => this.scalars.has(part));
  }

  private refuse(why: string): never {
    throw new TenantScopeError(`${this.model}.${this.operation} cannot be confined to a tenant: ${why}`);
  }
}

const scalarSets = new Map<string, ReadonlySet<string>>();

function scalarsOf(model: string): ReadonlySet<string> {
  let scalars = scalarSets.get(model);
  if (!scalars) {
    const fields: unknown = Prisma[`${model}ScalarFieldEnum` as keyof typeof Prisma];
    scalars = new Set(isFields(fields) ? Object.keys(fields) : []);
    scalarSets.set(model, scalars);
  }
  return scalars;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
