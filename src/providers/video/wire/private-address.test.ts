import assert from "node:assert/strict";
import { test } from "node:test";

import { isNearby, isPrivateAddress, isPrivateHost } from "./private-address.ts";

test("addresses of this machine, its networks and nowhere are private, however they are written", () => {
  const inside = [
    ..."0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.255".split(" "),
    ..."192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 fe80::1 fd00::1 ff02::1 not-an-address".split(" "),
    ..."::ffff:127.0.0.1 ::ffff:a00:1 ::ffff:169.254.169.254 64:ff9b::a00:1 2002:7f00:1::".split(" "),
  ];
  for (const address of inside) assert.equal(isPrivateAddress(address), true, address);
});

test("addresses of the internet are not", () => {
  for (const address of "1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8".split(" ")) {
    assert.equal(isPrivateAddress(address), false, address);
  }
});

test("a URL that nobody outside can call is told by its name", () => {
  for (const host of ["localhost", "a.localhost", "127.0.0.1:8080", "[::1]", "10.0.0.7", "telecast"]) {
    assert.equal(isNearby(`http://${host}/api`), true, host);
  }
  for (const host of ["bot.example.org", "1.1.1.1", "[2606:4700::1111]"]) {
    assert.equal(isNearby(`https://${host}/api`), false, host);
  }
});

test("a host is judged by what it resolves to", async () => {
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) assert.equal(await isPrivateHost(host), true, host);
  assert.equal(await isPrivateHost("[2606:4700::1111]"), false);
});
