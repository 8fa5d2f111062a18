import { createHash } from "node:crypto";
import type { Script } from "./redis-link.ts";

/**
 * Lua scripts of the shared hot tier; each runs atomically. A tenant has one hash `{gen, at}`: the
 * position and the *generation*, a random name that is part of every row's key. A new generation
 * makes all rows of the old one unreachable at once; they expire. Generations are random, not
 * counted, so that losing the hash (eviction, a restart) cannot revive old rows.
 *
 * A row is a hash `{seq, row, strategy, storedAt}`; `seq` is the position that last changed it, and
 * a newer row is never overwritten.
 */

const PUT = `
local function put(key, seq, row, storedAt, ttl)
  local have = tonumber(redis.call('HGET', key, 'seq'))
  if have and have > tonumber(seq) then return 0 end
  redis.call('HSET', key, 'seq', seq, 'row', row, 'strategy', 'durable-first', 'storedAt', storedAt)
  redis.call('PEXPIRE', key, ttl)
  return 1
end
local function stand(gen, at, ttl)
  redis.call('HSET', KEYS[1], 'gen', gen, 'at', at)
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
end
local known = redis.call('HMGET', KEYS[1], 'gen', 'at')
local gen, at = known[1], tonumber(known[2])
`;

/**
 * KEYS tenant · ARGV from, to, ttl, a new generation's name, now, number of rows, then `id seq row`
 * of each, then the ids to drop. Returns `applied`, `reset` (there was a gap; all rows are dropped)
 * or `covered` (another server was faster; it may have sent no rows).
 */
export const APPLY = script(`${PUT}
local from, to, ttl, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[6])
local outcome = 'applied'
if not gen or not at or at < from - 1 then
  gen = ARGV[4]
  outcome = 'reset'
elseif at >= to then
  outcome = 'covered'
  if at > to then return outcome end
end
local next = 7
for _ = 1, count do
  put(KEYS[1] .. ':' .. gen .. ':' .. ARGV[next], ARGV[next + 1], ARGV[next + 2], ARGV[5], ttl)
  next = next + 3
end
if outcome == 'applied' then
  for index = next, #ARGV do redis.call('DEL', KEYS[1] .. ':' .. gen .. ':' .. ARGV[index]) end
end
stand(gen, ARGV[2], ttl)
return outcome`);

/**
 * KEYS tenant · ARGV at, ttl, a new generation's name, now, id, seq, row. Returns whether the row
 * was stored.
 */
export const WARM = script(`${PUT}
local ttl = tonumber(ARGV[2])
if not gen or not at then
  gen = ARGV[3]
  stand(gen, ARGV[1], ttl)
elseif at > tonumber(ARGV[1]) then
  return 0
end
return put(KEYS[1] .. ':' .. gen .. ':' .. ARGV[5], ARGV[6], ARGV[7], ARGV[4], ttl)`);

/** KEYS tenant · ARGV id. Returns the position and the row. */
export const GET = script(`
local known = redis.call('HMGET', KEYS[1], 'gen', 'at')
if not known[1] or not known[2] then return {} end
return {known[2], redis.call('HGET', KEYS[1] .. ':' .. known[1] .. ':' .. ARGV[1], 'row')}`);

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
