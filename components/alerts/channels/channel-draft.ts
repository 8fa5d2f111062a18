import type { z } from "zod";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { channelPut } from "../../../domain/alerts/channel.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../../domain/kernel/statuses.ts";
import { parseSpan, spanWords } from "../../ui/span.ts";
import { type ChannelRow, channelLook, hasSecret } from "./channel-model.ts";

/** A channel as the form holds it. */
export interface ChannelDraft {
  channelId: string;
  kind: ChannelKind;
  name: string;
  target: string;
  enabled: boolean;
  /** One of the caller's own; empty: the server makes one. */
  secret: string;
  /**
   * How many messages go out one by one within the window; what is more goes into a digest. Empty:
   * as the server has it.
   */
  stormThreshold: string;
  stormWindow: string;
}

export type ChannelField = "channelId" | "name" | "target" | "secret" | "stormThreshold" | "stormWindow";
export type ChannelFaults = { readonly [field in ChannelField]?: string };
/** The body that a channel is written with. */
export type ChannelPut = Omit<z.input<typeof channelPut>, "type" | "channelId">;
type Parsed = { ok: true; body: ChannelPut } | { ok: false; faults: ChannelFaults };

const FIELDS: readonly ChannelField[] = ["channelId", "name", "target", "secret"];
/** The form field of each setting of a channel. */
const SETTINGS: { readonly [setting: string]: ChannelField } = {
  stormThreshold: "stormThreshold",
  stormWindowMs: "stormWindow",
};

/** The kinds that can be chosen, the usual ones first. */
export const KINDS: readonly ChannelKind[] = CHANNEL_KINDS;

export const newChannel = (): ChannelDraft => ({
  channelId: "",
  kind: "webhook",
  name: "",
  target: "",
  enabled: true,
  secret: "",
  stormThreshold: "",
  stormWindow: "",
});

export function draftOfChannel({ id, channelKind, name, target, enabled, config }: ChannelRow): ChannelDraft {
  const { stormThreshold, stormWindowMs } = config;
  return {
    channelId: id,
    kind: channelKind,
    name: name === id ? "" : name,
    target,
    enabled,
    secret: "",
    stormThreshold: stormThreshold === undefined ? "" : String(stormThreshold),
    stormWindow: stormWindowMs === undefined ? "" : spanWords(Number(stormWindowMs)),
  };
}

/**
 * Reads the form; the domain's own checks have the last word. `taken` are the ids of other
 * channels.
 */
export function parseChannel(draft: ChannelDraft, taken: readonly string[]): Parsed {
  const { kind, enabled } = draft;
  const channelId = draft.channelId.trim();
  const hasTarget = channelLook(kind).target !== null;
  const target = hasTarget ? oneTarget(draft.target) : "";
  const secret = draft.secret.trim();
  const faults: { [field in ChannelField]?: string } = {};
  const threshold = draft.stormThreshold.trim();
  const window = draft.stormWindow.trim();
  const windowMs = window === "" ? undefined : parseSpan(window);
  if (threshold !== "" && !/^\d+$/.test(threshold)) faults.stormThreshold = "must be a whole number";
  if (windowMs === null) faults.stormWindow = "must be a time, as 1 minute";
  const body: ChannelPut = {
    kind,
    target,
    name: draft.name.trim() || channelId,
    enabled,
    config: {
      ...(threshold !== "" && !faults.stormThreshold && { stormThreshold: Number(threshold) }),
      ...(typeof windowMs === "number" && { stormWindowMs: windowMs }),
    },
    ...(secret !== "" && hasSecret(kind) && { secret }),
  };
  if (channelId === "") faults.channelId = "is needed";
  else if (taken.includes(channelId)) faults.channelId = "is another channel's already";
  if (hasTarget && target === "") faults.target = "is needed";
  const checked = channelPut.safeParse({ type: "channel.put", channelId, ...body });
  for (const { path, message } of checked.error?.issues ?? []) {
    const field = path[0] === "config" ? SETTINGS[String(path[1])] : FIELDS.find((one) => one === path[0]);
    if (field === "name" && channelId === "") continue;
    if (field) faults[field] ??= message;
  }
  return Object.keys(faults).length > 0 ? { ok: false, faults } : { ok: true, body };
}

/** What a refusal of the server says, at the fields it names; the rest in `other`. */
export function faultsOf(problem: SwitchyardError): { faults: ChannelFaults; other: string | null } {
  const faults: { [field in ChannelField]?: string } = {};
  const rest: string[] = [];
  for (const { path, message } of problem.errors) {
    const named = path || /^(\w+): /.exec(message)?.[1];
    const field = FIELDS.find((one) => one === named);
    if (field) faults[field] ??= message.replace(`${field}: `, "");
    else rest.push(message.replace(/^\w+: /, ""));
  }
  const nothing = Object.keys(faults).length === 0 && rest.length === 0;
  return { faults, other: nothing ? problem.detail : rest.join(" · ") || null };
}

/** Addresses may be one a line. */
function oneTarget(text: string): string {
  const lines = text.split("\n").map((line) =>
    line
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean)
      .join(", "),
  );
  return lines.filter(Boolean).join(", ");
}
