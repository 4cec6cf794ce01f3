import { expect, test } from "vitest";
import { hostName, hostsOf, isHere } from "./hosts";

test("only addresses of this machine are said to be this machine", () => {
  for (const host of ["http://127.0.0.1:8099", "http://[::1]:80", "localhost"])
    expect(isHere(host)).toBe(true);
  for (const host of ["https://127.0.0.1.example.com", "https://localhost.evil.org", "http://10.0.0.1"])
    expect(isHere(host)).toBe(false);
});

test("a host counts once, and not for what was refused", () => {
  const own = (host: string, refused: number, last: number) => ({ host, contacts: 2, refused, last });
  const all = [
    own("https://a.org", 0, 5),
    own("https://a.org", 1, 9),
    own("https://b.org", 2, 9),
    own("https://c.org", 0, 1),
  ];
  expect(hostsOf(all)).toEqual(["a.org", "c.org"]);
  expect(hostsOf(all, 4)).toEqual(["a.org"]);
  expect(hostName("https://a.org:8443")).toBe("a.org:8443");
});
