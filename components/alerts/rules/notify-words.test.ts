import { describe, expect, it } from "vitest";
import { movedStep, newStep, notifyWords, sinceFiring } from "./notify-words.ts";

const nameOf = (id: string) => ({ ops: "ops-mail" })[id] ?? id;

describe("who is notified, in words", () => {
  it("at once, then step by step", () => {
    expect(notifyWords({ channels: ["pager"], escalation: [{ after: "15m", channels: ["ops"] }] }, nameOf)).toBe(
      "Notifies pager at once, then ops-mail after 15 minutes if nobody acknowledges.",
    );
    const escalation = [
      { after: "15 minutes", channels: ["ops", "night"] },
      { after: "1 h", channels: ["boss"] },
    ];
    expect(notifyWords({ channels: ["a", "b", "c"], escalation }, nameOf)).toBe(
      "Notifies a, b and c at once, then ops-mail and night after 15 minutes if nobody acknowledges, then boss 1 hour later.",
    );
  });

  it("says so when nobody is notified, and leaves open what cannot be read yet", () => {
    expect(notifyWords({ channels: [], escalation: [{ after: "5 m", channels: [] }] }, nameOf)).toContain("nobody");
    expect(notifyWords({ channels: [], escalation: [{ after: "so", channels: ["ops"] }] }, nameOf)).toBe(
      "Notifies nobody at once, then ops-mail after … if nobody acknowledges.",
    );
  });

  it("times add up from the firing on, and steps change places only within the list", () => {
    const steps = [newStep("15 minutes", ["a"]), newStep("30 minutes", ["b"]), newStep("soon", ["c"])];
    expect(sinceFiring(steps, 1)).toBe("45 minutes after it fires");
    expect(sinceFiring(steps, 2)).toBeUndefined();
    expect(movedStep(steps, 0, 1).map(({ channels }) => channels[0])).toEqual(["b", "a", "c"]);
    expect(movedStep(steps, 2, 1)).toEqual(steps);
    expect(movedStep(steps, 0, -1)).toEqual(steps);
  });
});
