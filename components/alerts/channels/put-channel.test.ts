import { afterEach, expect, test, vi } from "vitest";
import { serveRow } from "../../live/if-match.test-kit.ts";
import { changesBetween } from "../../ui/meanwhile-model.ts";
import type { ChannelRow } from "./channel-model.ts";
import { channelFacts, putChannel, removeChannel, rotateSecret } from "./put-channel.ts";

afterEach(() => vi.unstubAllGlobals());

const seen = {
  kind: "channel",
  id: "pager",
  channelId: "pager",
  name: "Pager",
  channelKind: "webhook",
  target: "https://example.com/a",
  config: {},
  enabled: true,
  secretRotatedAt: null,
  removedAt: null,
  createdAt: "2026-11-21T10:00:00.000Z",
  updatedAt: "2026-11-21T10:00:00.000Z",
  version: 1,
  seq: 1,
} satisfies ChannelRow;
const theirs: ChannelRow = {
  ...seen,
  version: 2,
  target: "https://example.com/b",
  enabled: false,
  config: { stormWindowMs: 5_000 },
};
const rotated: ChannelRow = { ...seen, version: 2, secretRotatedAt: "2026-11-21T11:00:00.000Z" };
const body = { kind: "webhook", target: "https://example.com/mine" } as const;
const versionOf = ({ version }: ChannelRow) => version;

test("a channel that somebody has changed is kept, and the form names what they changed", async () => {
  const sent = serveRow([theirs], versionOf);
  expect(await putChannel("pager", body, seen)).toMatchObject({ theirs: { version: 2 } });
  expect(sent).toMatchObject([{ method: "PUT", path: "/api/v1/channels/pager", ifMatch: '"1"' }]);
  expect(changesBetween(channelFacts(seen), channelFacts(theirs))).toEqual([
    { label: "URL", was: "https://example.com/a", is: "https://example.com/b" },
    { label: "Within", was: "1 minute", is: "5 seconds" },
    { label: "The channel", was: "On", is: "Off" },
  ]);
  expect(await putChannel("pager", body, theirs)).toHaveProperty("done");
});

test("a secret that was rotated meanwhile is not rotated again, nor replaced by one's own", async () => {
  serveRow([rotated], versionOf);
  expect(await rotateSecret(seen)).toMatchObject({ theirs: { secretRotatedAt: rotated.secretRotatedAt } });
  serveRow([{ ...seen, version: 2 }], versionOf);
  const secret = `whsec_${"A".repeat(32)}`;
  expect(await putChannel("pager", { ...body, secret }, seen)).toHaveProperty("theirs");
  expect(await putChannel("pager", body, seen)).toHaveProperty("done");
});

test("what was changed is not removed; an id that somebody took meanwhile is theirs", async () => {
  serveRow([theirs], versionOf);
  expect(await removeChannel(seen)).toMatchObject({ theirs: { version: 2 } });
  expect(await putChannel("pager", body, null)).toMatchObject({ theirs: { version: 2 } });
  serveRow([{ ...theirs, removedAt: "2026-11-21T11:00:00.000Z" }], versionOf);
  expect(await putChannel("pager", body, null)).toHaveProperty("done");
});
