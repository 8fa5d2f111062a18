import { describe, expect, test } from "vitest";
import { errorOf, errorOfAnswer, SwitchyardError } from "./problem.ts";

const answer = (status: number, statusText = "") => new Response(null, { status, statusText });

describe("the error of an answer", () => {
  test("has the server's code and sentence, every fault, the legal moves and the whole body", () => {
    const errors = [{ index: 0, type: "run.cancel", code: "illegal_transition", message: "no", legal: ["retry"] }];
    const body = { code: "commit_refused", detail: "1 fault", errors, row: { id: "r1" } };
    const error = errorOfAnswer(answer(422), JSON.stringify(body), 0);
    expect(error).toMatchObject({ status: 422, code: "commit_refused", detail: "1 fault", errors, legal: ["retry"] });
    expect(error.body).toEqual(body);
    expect([error.has("illegal_transition"), error.has("not_found")]).toEqual([true, false]);
  });

  test.each(["<html>", "", "null", "[1]", '"text"', "{"])(
    "of somebody else's page %j says what was answered",
    (text) => {
      expect(errorOfAnswer(answer(502, "Bad Gateway"), text, 0)).toMatchObject({
        code: "http_502",
        detail: "The server answered 502 Bad Gateway",
        errors: [],
        legal: [],
        body: {},
      });
    },
  );

  test("takes no shape for granted", () => {
    const text = JSON.stringify({ code: 7, detail: {}, title: "No", errors: [null, 1, { message: 2 }], legal: "x" });
    const error = errorOfAnswer(answer(400), text, 0);
    expect(error).toMatchObject({ code: "http_400", detail: "No", errors: [], legal: [] });
    expect(error.has("x")).toBe(false);
  });

  test("says which fields were at fault, a few of them", () => {
    const errors = ["a", "b", "c", "d", "e"].map((path) => ({
      index: 0,
      code: "x",
      path,
      message: `${path}: is wrong`,
    }));
    const text = JSON.stringify({ code: "malformed", detail: "The request does not match its contract.", errors });
    const error = errorOfAnswer(answer(400), text, 0);
    expect(error.message).toBe(
      "The request does not match its contract: a: is wrong; b: is wrong; c: is wrong (and 2 more)",
    );
    expect(error.detail).toBe("The request does not match its contract.");
  });
});

test("what else was thrown becomes an error with the code internal, and its cause", () => {
  const bug = new TypeError("a bug");
  expect(errorOf(bug)).toMatchObject({ status: 0, code: "internal", detail: "TypeError: a bug", cause: bug });
  const refused = new SwitchyardError(404, "not_found", "there is none");
  expect(errorOf(refused)).toBe(refused);
});
