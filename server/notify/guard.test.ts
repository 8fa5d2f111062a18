import type { LookupAddress, LookupOptions } from "node:dns";
import { expect, test } from "vitest";
import { type Allowed, createGuard, TargetRefused } from "./guard.ts";

const verdict = (url: string, allowed: Allowed = []): string => {
  try {
    createGuard(allowed).check(new URL(url));
    return "allowed";
  } catch (error) {
    if (error instanceof TargetRefused) return "refused";
    throw error;
  }
};

test.each([
  ["loopback", "https://127.0.0.1/"],
  ["the whole loopback network", "https://127.8.9.10/"],
  ["a decimal address", "https://2130706433/"],
  ["a hexadecimal address", "https://0x7f000001/"],
  ["an octal address", "https://0177.0.0.1/"],
  ["a short address", "https://127.1/"],
  ["this host", "https://0.0.0.0/"],
  ["a private network", "https://10.1.2.3/"],
  ["a private network", "https://172.31.255.255/"],
  ["a private network", "https://192.168.0.1/"],
  ["the carrier's network", "https://100.64.0.1/"],
  ["a cloud's metadata", "https://169.254.169.254/latest/meta-data"],
  ["multicast", "https://224.0.0.1/"],
  ["broadcast", "https://255.255.255.255/"],
  ["fullwidth digits", "https://１２７.０.０.１/"],
  ["IPv6 loopback", "https://[::1]/"],
  ["IPv6 unspecified", "https://[::]/"],
  ["IPv4 mapped into IPv6", "https://[::ffff:127.0.0.1]/"],
  ["IPv4 mapped into IPv6, in hexadecimal", "https://[::ffff:a9fe:a9fe]/"],
  ["IPv4 compatible IPv6", "https://[::7f00:1]/"],
  ["NAT64", "https://[64:ff9b::a9fe:a9fe]/"],
  ["6to4", "https://[2002:7f00:1::]/"],
  ["Teredo", "https://[2001:0:1::]/"],
  ["IPv6 link-local", "https://[fe80::1]/"],
  ["IPv6 unique local", "https://[fd00:ec2::254]/"],
  ["IPv6 multicast", "https://[ff02::1]/"],
  ["plain http", "http://example.com/"],
])("%s is refused", (_, url) => {
  expect(verdict(url)).toBe("refused");
});

test.each(["https://example.com/", "https://8.8.8.8/", "https://[2606:4700::1111]/"])("%s is allowed", (url) => {
  expect(verdict(url)).toBe("allowed");
});

test("an operator allows all, or given hosts, addresses and networks, those by http too", () => {
  expect(verdict("http://127.0.0.1:8080/", true)).toBe("allowed");
  const allowed = ["10.0.0.0/8", "alerts.internal", "::1"];
  expect(verdict("http://10.9.9.9/", allowed)).toBe("allowed");
  expect(verdict("http://alerts.internal/", allowed)).toBe("allowed");
  expect(verdict("http://[::1]/", allowed)).toBe("allowed");
  expect(verdict("https://11.0.0.1/", allowed)).toBe("allowed");
  for (const url of ["http://192.168.0.1/", "http://x.alerts.internal/", "http://127.0.0.1/", "http://11.0.0.1/"])
    expect(verdict(url, allowed)).toBe("refused");
});

type Found = Error | string | LookupAddress[];

function lookUp(allowed: Allowed, addresses: string[], all: boolean, host = "host.example"): Promise<Found> {
  const system = (_: string, __: LookupOptions, done: (error: null, found: LookupAddress[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  const guard = createGuard(allowed, system as never);
  return new Promise((resolve) =>
    guard.lookup(host, { all }, (error, found) => resolve(error ?? (found as string | LookupAddress[]))),
  );
}

test("a name is connected to at the address that was checked, so a later lookup cannot change it", async () => {
  expect(await lookUp([], ["93.184.216.34"], false)).toBe("93.184.216.34");
  expect(await lookUp([], ["93.184.216.34"], true)).toEqual([{ address: "93.184.216.34", family: 4 }]);
});

test("a name with one address that is not public is refused as a whole", async () => {
  expect(await lookUp([], ["93.184.216.34", "127.0.0.1"], true)).toBeInstanceOf(TargetRefused);
  expect(await lookUp([], ["::ffff:10.0.0.1"], false)).toBeInstanceOf(TargetRefused);
  expect(await lookUp([], [], false)).toBeInstanceOf(TargetRefused);
  expect(await lookUp(["host.example"], ["10.0.0.1"], false)).toBe("10.0.0.1");
  expect(await lookUp(["10.0.0.0/8"], ["10.0.0.1"], false)).toBe("10.0.0.1");
  expect(await lookUp(["other.example"], ["10.0.0.1"], false)).toBeInstanceOf(TargetRefused);
});
