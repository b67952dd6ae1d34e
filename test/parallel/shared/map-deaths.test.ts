// Threads that die in the midst of a change of a SharedMap, at each of the steps at which something is half done, while another thread and this one go on.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pool, remote, SharedMap, WorkerError } from "offshoot/parallel";

const jobs = remote<typeof import("./map-jobs.ts")>(new URL("./map-jobs.ts", import.meta.url));
const dying = new Pool({ threads: 1 });
const living = new Pool({ threads: 1 });
after(() => Promise.all([dying.close(), living.close()]));

const STEPS =
  "lock,locked,count,take,taken,page,release,give,carve,chunk,refill,cut,fetch,free page,spill,spilt,free chunk,value,entry,replace,replaced,insert,inserted,remove,removed,unlocked,split,linked cell,grow";

test("a thread that dies at any step leaves a map that is whole, and keeps nobody from going on", async () => {
  let seed = 1;
  for (const step of STEPS.split(",")) {
    const map = new SharedMap<unknown>({ maxBytes: 2 ** 25 });
    const working = living.run(jobs.work, map, 1, 20, ++seed).then((model) => model);
    const died = dying.run(jobs.die, map, `map: ${step}`, 1 + (seed % 3), seed).then(
      () => false,
      (error) => error instanceof WorkerError,
    );
    const own = new Map<string, unknown>();
    for (let i = 0; i < 2000; i++) {
      map.set(`2:${i % 50}`, i);
      own.set(`2:${i % 50}`, i);
    }
    assert.equal(await died, true, `nobody died at "${step}"`);
    const model = await working;
    map.check();
    const found = new Map(map.entries());
    for (const [key, value] of [...model, ...own])
      assert.deepEqual(found.get(key), value, `${key} after a death at "${step}"`);
    for (const key of found.keys())
      assert.ok(key.startsWith("0:") || model.has(key) || own.has(key), `${key} came back`);
    map.clear();
    map.check();
    assert.equal(map.size, 0);
  }
});

test("who waits for a lock finds out by itself that its holder has died", async () => {
  const map = new SharedMap<number>();
  const flags = new SharedMap<boolean>();
  const died = dying.run(jobs.dieLocked, map, flags).then(
    () => false,
    (error) => error instanceof WorkerError,
  );
  await flags.wait("locked");
  map.set("contended", 2); // this thread does not return to its event loop before that is done
  assert.equal(map.get("contended"), 2);
  assert.equal(await died, true);
  map.check();
});
