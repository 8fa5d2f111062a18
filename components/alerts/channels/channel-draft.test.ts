import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../client/core/problem.ts";
import { draftOfChannel, faultsOf, newChannel, parseChannel } from "./channel-draft.ts";
import type { ChannelRow } from "./channel-model.ts";
import { deliveriesPath, filterOf } from "./delivery-filter.ts";

const draft = { ...newChannel(), channelId: "pager", target: "https://example.com/hook" };

describe("the form of a channel", () => {
  it("a URL and an id make a webhook, a browser needs no target", () => {
    expect(parseChannel(draft, [])).toMatchObject({
      ok: true,
      body: { kind: "webhook", target: draft.target, name: "pager", config: {} },
    });
    expect(parseChannel({ ...draft, kind: "browser" }, [])).toMatchObject({ ok: true, body: { target: "" } });
    expect(parseChannel({ ...draft, kind: "email", target: "a@example.com,\nb@example.com" }, []).ok).toBe(true);
  });

  it("a fault is shown at its field", () => {
    const faults = (part: object, taken: string[] = []) => {
      const parsed = parseChannel({ ...draft, ...part }, taken);
      return parsed.ok ? [] : Object.keys(parsed.faults);
    };
    expect(faults({ channelId: "", target: "" })).toEqual(["channelId", "target"]);
    expect(faults({ channelId: "has blanks" })).toEqual(["channelId"]);
    expect(faults({}, ["pager"])).toEqual(["channelId"]);
    expect(faults({ target: "file:///etc/passwd" })).toEqual(["target"]);
    expect(faults({ secret: "short" })).toEqual(["secret"]);
    expect(faults({ stormThreshold: "0", stormWindow: "soon" })).toEqual(["stormWindow", "stormThreshold"]);
  });

  it("a channel goes through the form unchanged", () => {
    const channel = {
      id: "ops",
      channelKind: "email",
      name: "Ops",
      target: "ops@example.com",
      enabled: false,
      config: { stormThreshold: 3, stormWindowMs: 120_000 },
    } as unknown as ChannelRow;
    expect(parseChannel(draftOfChannel(channel), [])).toMatchObject({
      body: { kind: "email", name: "Ops", enabled: false, config: channel.config },
    });
  });

  it("the server's faults are shown at the fields they name, the rest above the buttons", () => {
    const problem = (faults: { path: string; message: string }[]) => {
      const errors = faults.map((fault) => ({ index: 0, type: null, code: "malformed", ...fault }));
      return faultsOf(new SwitchyardError(422, "refused", "It was refused", { errors }));
    };
    expect(problem([{ path: "target", message: "must be public" }])).toEqual({
      faults: { target: "must be public" },
      other: null,
    });
    expect(problem([{ path: "", message: "target: give the whole URL" }]).faults).toEqual({
      target: "give the whole URL",
    });
    expect(problem([{ path: "kind", message: "kind: no mail here" }]).other).toBe("no mail here");
    expect(problem([]).other).toBe("It was refused");
  });
});

describe("the filter of the log", () => {
  it("is read from the page's address, without what cannot be, and asked for in one way", () => {
    expect(filterOf({ status: "failed,nonsense", channel: "a b" })).toEqual({ channelId: null, status: ["failed"] });
    expect(deliveriesPath({ channelId: "pager", status: ["failed", "pending"] }, "c")).toBe(
      deliveriesPath({ channelId: "pager", status: ["pending", "failed"] }, "c"),
    );
    expect(deliveriesPath({ channelId: null, status: [] })).toBe("/deliveries?limit=50&large=omit");
  });
});
