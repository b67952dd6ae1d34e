// A shared object that was kept in a map, a list or a channel which nobody held any more counted as under way for ever, and so was never forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterlockedList, inline, Pool, SharedList, SharedMap, sharedChannel } from "offshoot/parallel";
import { directory } from "../../src/parallel/directory.ts";

const { entries } = directory() as unknown as { readonly entries: ReadonlyMap<number, unknown> };

/** How many objects are known here when what nobody holds has been forgotten, a few rounds of it. */
async function known(): Promise<number> {
  for (let round = 0; round < 8; round++) {
    await new Promise((resolve) => setImmediate(resolve)); // weak references hold until then
    (globalThis as unknown as { gc(): void }).gc();
    (directory() as unknown as { sweep(): void }).sweep();
  }
  return entries.size;
}

const kept = (): unknown => ({ deep: [sharedChannel<number>(1, { bytes: 0 })] });

const containers = {
  "a map": () => new SharedMap<unknown>({ maxBytes: 2 ** 16 }).set("key", kept()),
  "a list": () => new SharedList<unknown>({ maxBytes: 2 ** 16 }).push(kept()),
  "an interlocked list": () => new InterlockedList<unknown>({ maxBytes: 2 ** 16 }).push(kept()),
  "a channel": () => sharedChannel<unknown>(1, { bytes: 1_024 }).trySend(kept()),
  "a map in a map": () => {
    const inner = new SharedMap<unknown>({ maxBytes: 2 ** 16 });
    inner.set("key", kept());
    new SharedMap<unknown>({ maxBytes: 2 ** 16 }).set("inner", inner);
  },
};

for (const [what, make] of Object.entries(containers))
  test(`what is kept in ${what} is forgotten with it`, async () => {
    const before = await known();
    for (let i = 0; i < 50; i++) make();
    sharedChannel<unknown>(1).trySend({}); // what was sent last is held until then
    assert.ok((await known()) <= before);
  });

test("what is kept in an object that another thread holds stays, also when the one that has put it there has let go", async () => {
  const pool = new Pool({ threads: 1 });
  const take = inline((map: SharedMap<unknown>) => {
    (globalThis as { held?: unknown }).held = map;
  });
  const size = inline(() => {
    const map = (globalThis as unknown as { held: SharedMap<{ readonly length: number }> }).held;
    return map.get("inner")?.length;
  });
  await (async () => {
    const map = new SharedMap<unknown>({ maxBytes: 2 ** 16 });
    const list = new SharedList<string>({ maxBytes: 2 ** 16 });
    list.push("still here");
    map.set("inner", list);
    await pool.run(take, map);
  })();
  for (let i = 0; i < 3; i++) {
    await known();
    assert.equal(await pool.run(size), 1);
  }
  await pool.close();
});
