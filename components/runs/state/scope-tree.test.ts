import { describe, expect, it } from "vitest";
import type { Scope, Token } from "../../../domain/execution/contract.ts";
import { type ScopeNode, type ScopeTree, scopeTree } from "./scope-tree.ts";

const token = (scopeId: string | null, status = "active"): Token => ({ scopeId, status, value: null });
const scope = (parentId: string | null, status: Scope["status"] = "active"): Scope => ({ parentId, status });

/** `s(inner[t1] t2)`: names alone, scopes before tokens. */
function inShort({ scopes, tokens }: ScopeTree | ScopeNode): string {
  return [...scopes.map((node) => `${node.id}(${inShort(node)})`), ...tokens.map(({ id }) => id)].join(" ");
}

describe("scopes and tokens as a tree", () => {
  it("nests scopes, puts tokens into theirs, and orders numbers as numbers", () => {
    const tree = scopeTree(
      { t10: token("inner"), t9: token("inner"), free: token(null), t1: token("outer") },
      { inner: scope("outer"), outer: scope(null), other: scope(null, "cancelled") },
    );
    expect(inShort(tree)).toBe("other() outer(inner(t9 t10) t1) free");
  });

  it("shows at the top what names an unknown scope", () => {
    expect(inShort(scopeTree({ t: token("gone") }, { s: scope("gone") }))).toBe("s() t");
  });

  it("shows everything when scopes name each other in a circle", () => {
    const tree = inShort(scopeTree({ t: token("a") }, { a: scope("b"), b: scope("a"), c: scope("a") }));
    for (const name of ["a(", "b(", "c(", "t"]) expect(tree).toContain(name);
  });
});
