import type { Scope, Token } from "../../../domain/execution/contract.ts";

export interface TokenEntry {
  id: string;
  token: Token;
}

/** A cancel scope with its scopes and tokens. */
export interface ScopeNode {
  id: string;
  scope: Scope;
  scopes: ScopeNode[];
  tokens: TokenEntry[];
}

/** Tokens and scopes at the top level. */
export interface ScopeTree {
  scopes: ScopeNode[];
  tokens: TokenEntry[];
}

const natural = new Intl.Collator("en", { numeric: true });
const byId = (a: { id: string }, b: { id: string }): number => natural.compare(a.id, b.id);

/** Scopes nested as they are, tokens inside. What names an unknown scope is at the top. */
export function scopeTree(tokens: { [id: string]: Token }, scopes: { [id: string]: Scope }): ScopeTree {
  const nodes = new Map<string, ScopeNode>();
  for (const [id, scope] of Object.entries(scopes)) nodes.set(id, { id, scope, scopes: [], tokens: [] });
  const top: ScopeTree = { scopes: [], tokens: [] };
  for (const node of nodes.values()) (holderOf(node, nodes) ?? top).scopes.push(node);
  for (const [id, token] of Object.entries(tokens)) (nodes.get(token.scopeId ?? "") ?? top).tokens.push({ id, token });
  for (const holder of [top, ...nodes.values()]) {
    holder.scopes.sort(byId);
    holder.tokens.sort(byId);
  }
  return top;
}

/** The parent of a scope; none when its parents lead back to itself. */
function holderOf({ id, scope }: ScopeNode, nodes: ReadonlyMap<string, ScopeNode>): ScopeNode | undefined {
  const parent = nodes.get(scope.parentId ?? "");
  const seen = new Set([id]);
  for (let at = parent; at; at = nodes.get(at.scope.parentId ?? "")) {
    if (at.id === id) return undefined;
    if (seen.has(at.id)) break;
    seen.add(at.id);
  }
  return parent;
}
