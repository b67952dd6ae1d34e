// Components, as a user of JavaScript has them: here, in a thread, in a process; with what they share by name, and in a store.

import assert from "node:assert/strict";
import { run } from "offshoot";
import {
  box,
  component,
  filter,
  graphline,
  handle,
  inProcess,
  inThread,
  pipeline,
  Store,
  sequence,
  services,
  toMermaid,
  topology,
} from "offshoot/component";
import { inline, Pool, remote } from "offshoot/parallel";
import { Doubler, Failing } from "./parts.mjs";

const parts = remote(new URL("./parts.mjs", import.meta.url));
const Keep = component({ inboxes: { inbox: box() } }, function* keep(self, kept) {
  for (let n = yield* self.next(); !n.done; n = yield* self.next()) kept.push(n.value);
});

export async function components() {
  for (const place of [() => new Doubler(), () => inThread(parts.Doubler), () => inProcess(parts.Doubler)]) {
    const kept = [];
    await run(() =>
      graphline({
        parts: { numbers: sequence([1, 2, 3]), odd: filter((n) => n % 2 === 1), doubler: place(), keep: Keep(kept) },
        links: { "numbers.outbox": "odd.inbox", "odd.outbox": "doubler.inbox", "doubler.outbox": "keep.inbox" },
      }),
    );
    assert.deepEqual(kept, [2, 6]);
  }
  for (const place of [() => new Failing(), () => inThread(parts.Failing), () => inProcess(parts.Failing)])
    await assert.rejects(
      run(() => pipeline(sequence([1]), place())),
      (error) => error instanceof RangeError && error.stack.includes("parts.mjs"),
    );
  const doubler = handle(pipeline(new Doubler(), new Doubler()));
  await doubler.put(1);
  assert.equal(await doubler.get(), 4);
  await doubler[Symbol.asyncDispose]();
  assert.match(toMermaid(topology(new Doubler())), /^flowchart LR\n/);

  const pool = new Pool({ threads: 2 });
  const store = new Store();
  const add = inline(function* (shared) {
    yield* shared.update("n", (n = 0) => n + 1);
  });
  await run(function* () {
    for (let i = 0; i < 4; i++) yield* pool.run(add, store);
    assert.equal(yield* store.get("n"), 4);
    const kept = [];
    const keep = Keep(kept);
    services.register("keep", keep, "inbox");
    const task = keep.start();
    yield* services.lookup("keep").put("by name");
    keep.stop();
    assert.equal(kept.length <= 1, true);
    void task;
  });
  await pool.close();
}
