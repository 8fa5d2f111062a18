import { expect, test } from "vitest";
import { isLocalOrigin, originOf, portOf } from "./origin.ts";

test("links lead to an address that can be opened, whatever the server listens at", () => {
  const at = (host: string) => originOf({ publicUrl: undefined, host }, 4103);
  for (const host of ["::", "[::]", "0.0.0.0", "0:0:0:0:0:0:0:0", "::0"])
    expect(at(host)).toBe("http://localhost:4103");
  expect(at("::1")).toBe("http://[::1]:4103");
  expect(at("[fe80::1]")).toBe("http://[fe80::1]:4103");
  expect(at("127.0.0.1")).toBe("http://127.0.0.1:4103");
  expect(at("box.internal")).toBe("http://box.internal:4103");
  for (const host of ["::", "::1", "[fe80::1]", "10.0.0.1"]) expect(new URL(at(host)).port).toBe("4103");
  expect(originOf({ publicUrl: "https://console.example", host: "::" }, 1)).toBe("https://console.example");
});

test("the port is the one that was given, not the one that was asked for", () => {
  expect(portOf({ address: () => ({ address: "::", family: "IPv6", port: 51_234 }) }, 0)).toBe(51_234);
  expect(portOf({ address: () => null }, 3000)).toBe(3000);
});

test("an address that leads to whatever machine opens it is a local one", () => {
  const local = [
    "http://localhost:3000",
    "http://127.0.0.1",
    "http://127.1.2.3:80",
    "http://[::1]:3000",
    "http://a.localhost",
  ];
  for (const origin of local) expect(isLocalOrigin(origin), origin).toBe(true);
  const others = [
    "https://console.example",
    "http://10.0.0.1:3000",
    "http://box:3000",
    "http://[fe80::1]",
    "http://127.example",
  ];
  for (const origin of others) expect(isLocalOrigin(origin), origin).toBe(false);
});
