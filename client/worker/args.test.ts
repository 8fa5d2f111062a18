import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseWorkerArgs } from "./args.ts";
import { findConnection } from "./connection.ts";

const parse = (line: string) => parseWorkerArgs(line.split(" ").filter(Boolean));

describe("the worker's command line", () => {
  test("needs only an agent", () => {
    expect(parse("--agent demo-1")).toEqual({
      agentKey: "demo-1",
      capabilities: [],
      queues: undefined,
      slots: 1,
      leaseMs: 30_000,
      graceMs: 30_000,
      url: undefined,
      key: undefined,
      adapters: [],
    });
  });

  test("takes capabilities and queues more than once", () => {
    expect(
      parse("--agent a --capability test --capability=lint --queue q1 --queue q2 --slots 4 --url http://h:1 --key k"),
    ).toMatchObject({
      capabilities: ["test", "lint"],
      queues: ["q1", "q2"],
      slots: 4,
      url: "http://h:1",
      key: "k",
    });
  });

  test("reports every fault at once", () => {
    expect(parse("extra --slots 0 --lease-ms soon --agent a/b --queue q/1 --wat --url ftp://h")).toEqual({
      faults: [
        'unexpected argument "extra"',
        "unknown option --wat",
        '--agent must be 1-200 of A-Z a-z 0-9 . _ : @ -, not "a/b"',
        '--queue must be 1-200 of A-Z a-z 0-9 . _ : @ -, not "q/1"',
        '--url must be an http(s) URL, not "ftp://h"',
        '--slots must be a whole number from 1 to 100, not "0"',
        '--lease-ms must be a whole number from 1000 to 3600000, not "soon"',
      ],
    });
    expect(parse("")).toEqual({ faults: ["--agent is required"] });
    expect(parse("--agent")).toEqual({ faults: ["--agent needs a value"] });
  });

  test("takes adapters more than once, and lists them without an agent", () => {
    expect(parse("--agent a --adapter ./a.mjs --adapter=b.json")).toMatchObject({ adapters: ["./a.mjs", "b.json"] });
    expect(parse("--list-adapters --adapter ./a.mjs")).toEqual({ list: true, adapters: ["./a.mjs"] });
    expect(parse("--list-adapters --adaptor ./a.mjs")).toEqual({
      faults: ['unexpected argument "./a.mjs"', "unknown option --adaptor"],
    });
  });

  test("asks for help in two ways", () => {
    expect(parse("--help")).toEqual({ help: true });
    expect(parse("-h --wat")).toEqual({ help: true });
  });
});

describe("finding the server", () => {
  const nothing = { url: undefined, key: undefined };

  test("arguments come before the environment, that before the default", async () => {
    const env = { SWITCHYARD_URL: "http://env:1/", SWITCHYARD_KEY: "env-key" };
    expect(await findConnection({ url: "http://given:1", key: "given-key" }, env)).toEqual({
      url: "http://given:1",
      key: "given-key",
    });
    expect(await findConnection(nothing, env)).toEqual({ url: "http://env:1", key: "env-key" });
    expect(await findConnection(nothing, { SWITCHYARD_KEY: "k" })).toEqual({ url: "http://127.0.0.1:3000", key: "k" });
  });

  test("without a key it reads the file that the server on this machine keeps", async () => {
    const folder = await mkdtemp(join(tmpdir(), "switchyard-key-"));
    try {
      await writeFile(join(folder, "api-key"), "sy_local\n");
      expect(await findConnection(nothing, { SWITCHYARD_DATA_DIR: folder })).toMatchObject({ key: "sy_local" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("without any key it says where one may come from", async () => {
    expect(await findConnection(nothing, { SWITCHYARD_DATA_DIR: "/nowhere", SWITCHYARD_URL: "nonsense" })).toEqual({
      faults: [
        'SWITCHYARD_URL must be an http(s) URL, not "nonsense"',
        "no API key: give --key or SWITCHYARD_KEY, or start the server on this machine first (it keeps one in /nowhere/api-key)",
      ],
    });
  });
});
