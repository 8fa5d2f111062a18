import { expect, test } from "vitest";
import { changesBetween } from "./meanwhile-model.ts";

test("names what differs, in the order of the form, and what one of the two lacks", () => {
  const was = { Name: "Depth", Severity: "Warning", Queue: "ci" };
  expect(changesBetween(was, { Name: "Depth", Severity: "Critical", "It is on": "Off" })).toEqual([
    { label: "Severity", was: "Warning", is: "Critical" },
    { label: "Queue", was: "ci", is: "" },
    { label: "It is on", was: "", is: "Off" },
  ]);
  expect(changesBetween(was, { ...was })).toEqual([]);
});
