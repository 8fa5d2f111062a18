import { describe, expect, it } from "vitest";
import { movedStep, newStep, sinceFiring, tellingWords } from "./telling.ts";

const nameOf = (id: string) => ({ ops: "ops-mail" })[id] ?? id;

describe("who is told, in words", () => {
  it("at once, then step by step", () => {
    expect(tellingWords({ channels: ["pager"], escalation: [{ after: "15m", channels: ["ops"] }] }, nameOf)).toBe(
      "Tells pager at once, then ops-mail after 15 minutes if nobody acknowledges.",
    );
    const escalation = [
      { after: "15 minutes", channels: ["ops", "night"] },
      { after: "1 h", channels: ["boss"] },
    ];
    expect(tellingWords({ channels: ["a", "b", "c"], escalation }, nameOf)).toBe(
      "Tells a, b and c at once, then ops-mail and night after 15 minutes if nobody acknowledges, then boss 1 hour later.",
    );
  });

  it("says so when nobody is told, and leaves open what cannot be read yet", () => {
    expect(tellingWords({ channels: [], escalation: [{ after: "5 m", channels: [] }] }, nameOf)).toContain("nobody");
    expect(tellingWords({ channels: [], escalation: [{ after: "so", channels: ["ops"] }] }, nameOf)).toBe(
      "Tells nobody at once, then ops-mail after … if nobody acknowledges.",
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
