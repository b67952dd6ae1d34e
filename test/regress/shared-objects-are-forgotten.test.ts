// Each shared object left an entry in the list of those to be mended after a death, until a thread died: a program in which none does grew with every channel.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedChannel } from "offshoot/parallel";
import { directory } from "../../src/parallel/directory.ts";

test("shared objects that nobody holds any more leave nothing behind", async () => {
  const { entries } = directory() as unknown as { readonly entries: ReadonlyMap<number, unknown> };
  const before = entries.size;
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 100; i++) sharedChannel<number>(1, { bytes: 0 });
    await new Promise((resolve) => setImmediate(resolve)); // weak references hold until then
    (globalThis as unknown as { gc(): void }).gc();
  }
  assert.ok(entries.size < before + 1_000, `${entries.size}`);
});
