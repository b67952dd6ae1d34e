// Parts whose thread or process dies, at whatever moment, and what is left of them: nothing.
// own process: it looks at all processes and threads that this one has

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { go, type Operation, run, sleep, TaskCancelledError } from "offshoot";
import { type Component, graphline, inProcess, inThread, pipeline } from "offshoot/component";
import { SharedCounter, WorkerError } from "offshoot/parallel";
import { rejected } from "../../support/caught.ts";
import { children, keeping, PLACERS, parts } from "./support.ts";

/** Gives numbers without end. */
function* endless(self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
  for (let i = 0; ; i++) yield* self.put(i);
}

const left = (): string[] => [
  ...children(),
  ...process.getActiveResourcesInfo().filter((name) => /Process|Worker|MessagePort/.test(name)),
];

afterEach(async () => {
  for (let i = 0; i < 100 && left().length > 0; i++) await delay(10); // Node closes its handles after the end is known
  assert.deepEqual(left(), []);
});

for (const [place, placed] of PLACERS) {
  test(`${place}: a part that dies at any moment fails its chassis, after what it had sent in order`, async () => {
    for (let ms = 0; ms < 12; ms += 2) {
      const kept: number[] = [];
      const error = await rejected(
        WorkerError,
        run(() => pipeline(endless, placed(parts.risky, [ms], { queue: 8 }), keeping(kept))),
      );
      assert.equal(error.exitCode, 9);
      assert.deepEqual(
        kept,
        kept.map((_, i) => i),
      );
    }
  });

  test(`${place}: a chassis that is cancelled at any moment leaves nothing running`, async () => {
    for (let ms = 0; ms <= 400; ms += 80) {
      const kept: number[] = [];
      await run(function* (): Operation<void> {
        const task = go(() => pipeline(endless, placed(parts.adder, [0], { queue: 8 }), keeping(kept)));
        yield* sleep(ms);
        task.cancel("enough");
        try {
          yield* task;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
      });
      assert.deepEqual(
        kept,
        kept.map((_, i) => i),
      );
    }
  });

  test(`${place}: a part that does not end when it is cancelled has its thread or process ended after the grace`, async () => {
    const kept: string[] = [];
    await run(function* (): Operation<void> {
      const part = placed(parts.stubborn, [], { grace: 50 });
      const sink = function* (self: Component<{ inbox: string }, { outbox: never }>): Operation<void> {
        kept.push(yield* self.receive());
        part.stop();
      };
      yield* graphline({ parts: { part, sink }, links: { "part.outbox": "sink.inbox" } });
    });
    assert.deepEqual(kept, ["ready"]);
  });
}

test("a part that fails is performed again under restart, with the same boxes and what lies in them", async () => {
  const kept: number[] = [];
  const source = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
    for (let i = 0; i < 60; i++) yield* self.put(i);
  };
  const part = inThread(parts.stumbling, [new SharedCounter(0)], { queue: 16 });
  await run(() => pipeline([source, part, keeping(kept)], { failures: "restart", restart: { backoff: false } }));
  assert.deepEqual(
    kept,
    Array.from({ length: 60 }, (_, i) => i),
  );
});

test("a part whose process was killed is performed again under restart, and gets what is sent from then on", async () => {
  const kept: number[] = [];
  let died = 0;
  const part = inProcess(parts.risky, [150], { queue: 4 });
  await run(function* (): Operation<void> {
    const row = pipeline(
      [
        function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
          for (let i = 0; ; i++) {
            yield* self.put(i);
            yield* sleep(1);
          }
        },
        part,
        function* (self: Component<{ inbox: number }, { outbox: never }>): Operation<void> {
          for (let n = yield* self.receive(), last = -1; ; last = n, n = yield* self.receive()) {
            assert.ok(n > last);
            if (n > last + 1 && last >= 0) died++;
            kept.push(n);
            if (died === 2) row.stop();
          }
        },
      ],
      { failures: "restart", restart: { backoff: false } },
    );
    try {
      yield* row;
    } catch (error) {
      assert.ok(error instanceof TaskCancelledError);
    }
  });
  assert.equal(died, 2);
});
