// examples/passwords: who comes in, checked by functions that block threads of their own.
// own process: it starts threads

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "offshoot";
import { check, register } from "../../examples/passwords/logins.ts";
import { matches } from "../../examples/passwords/vault.ts";

const ann = { name: "ann", password: "one" };
const bob = { name: "bob", password: "two" };

test("who gives the right password comes in, and nobody else", async () => {
  const hashes = await run(() => register([ann, bob]));
  assert.deepEqual([...hashes.keys()], ["ann", "bob"]);
  const logins = [bob, { ...ann, password: "two" }, ann, { ...ann, name: "eve" }];
  assert.deepEqual(await run(() => check(logins, hashes)), [true, false, true, false]);
});

test("a hash made on another thread is one here", async () => {
  const hashes = await run(() => register([ann]));
  assert.equal(matches("one", hashes.get("ann") ?? ""), true);
  assert.equal(matches("two", hashes.get("ann") ?? ""), false);
});

test("a stored hash that is none fails the login with the error of the library", async () => {
  await assert.rejects(
    run(() => check([ann], new Map([["ann", "no hash"]]))),
    RangeError,
  );
});

test("the program lets the right ones in, and tells of both ways", () => {
  const main = fileURLToPath(new URL("../../examples/passwords/main.ts", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, ["--conditions=offshoot/source", main], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
  assert.equal(status, 0);
  assert.match(stdout, /^with blocking\n {2}ann, "ann's secret": welcome\n/);
  assert.match(stdout, /\n {2}bob, "a guess": no\n {2}a beat of 10 ms took \d+ ms at most\nin this thread\n/);
});
