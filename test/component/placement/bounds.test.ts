// What a part in another place has room for, what is refused, and which boxes it has.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { channel, go, MisuseError, type Operation, run, sleep } from "offshoot";
import {
  Component,
  FactoryError,
  graphline,
  inProcess,
  inThread,
  NoSpaceInBoxError,
  pipeline,
  UnknownBoxError,
} from "offshoot/component";
import { Pool, remote, SharedCounter, WorkerError } from "offshoot/parallel";
import { rejected, thrown } from "../../support/caught.ts";
import { children, giving, keeping, PLACERS, parts } from "./support.ts";

/** Never collects. */
class Blocked extends Component<{ inbox: number }, { outbox: never }> {
  override *main(): Operation<void> {
    yield* this.receive("control");
  }
}

/** Takes three. */
class Collector extends Component<{ inbox: number }, { outbox: never }> {
  readonly #kept: number[];

  constructor(kept: number[]) {
    super();
    this.#kept = kept;
  }

  override *main(): Operation<void> {
    for (let i = 0; i < 3; i++) this.#kept.push(yield* this.receive());
  }
}

for (const [place, placed] of PLACERS) {
  test(`${place}: a message counts in the size of the inbox or in the queue, where it is sent to a part`, async () => {
    let sent = 0;
    const error = await rejected(
      NoSpaceInBoxError,
      run(() =>
        pipeline(
          function* (self: Component<{ inbox: never }, { outbox: unknown }>): Operation<void> {
            for (;;) {
              self.send(sent);
              sent++;
            }
          },
          5,
          placed(parts.idle, [], { queue: 4, name: "idle" }),
        ),
      ),
    );
    assert.equal(sent, 9);
    assert.deepEqual([error.length, error.limit], [9, 9]);
    assert.match(error.message, /"idle#\d+\.inbox".* is full: 9 of 9/);
  });

  test(`${place}: a message counts in the size of the inbox or in the queue, where a part sends it`, async () => {
    const error = await rejected(
      NoSpaceInBoxError,
      run(() => pipeline(placed(parts.pouring, [], { queue: 4 }), 5, new Blocked())),
    );
    const { at = 0 } = error as Error & { at?: number };
    assert.ok(at >= 5 && at <= 10, `refused at message ${at}`); // what has been moved into the inbox by then leaves room in the queue
  });

  test(`${place}: a put waits while box and queue are full`, async () => {
    let sent = 0;
    await run(function* (): Operation<void> {
      const part = placed(parts.taking, [1], { queue: 4 });
      const row = pipeline(
        function* (self: Component<{ inbox: never }, { outbox: unknown }>): Operation<void> {
          for (;;) {
            yield* self.put(sent);
            sent++;
          }
        },
        2,
        part,
        keeping<unknown>([]),
      );
      yield* row;
    });
    assert.ok(sent >= 7 && sent <= 7, `sent ${sent}`);
  });

  test(`${place}: a sink that is full holds up the part that puts`, async () => {
    let last = 0;
    await run(function* (): Operation<void> {
      const sink = new Blocked();
      const row = pipeline(placed(parts.counting, [1_000], { queue: 4 }), 3, sink);
      const task = go(() => row);
      while (sink.dataReady() < 3) yield* sleep(1);
      yield* sleep(20);
      last = sink.dataReady();
      task.cancel();
    });
    assert.equal(last, 3);
  });

  test(`${place}: the size that a part gives its inbox holds here too`, async () => {
    let refused: NoSpaceInBoxError | undefined;
    await run(function* (): Operation<void> {
      const part = placed(parts.Narrow, [], { queue: 2 });
      const source = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
        while (part.inboxSize() === null) yield* sleep(1);
        try {
          for (;;) self.send(1);
        } catch (error) {
          refused = error as NoSpaceInBoxError;
        }
      };
      yield* pipeline(source, part);
    });
    assert.deepEqual([refused?.length, refused?.limit], [5, 5]);
  });

  test(`${place}: a link to a box that the part does not have fails the chassis`, async () => {
    const chassis = graphline({
      parts: { source: giving(1), part: placed(parts.Multiplier, [2], { name: "doubler" }) },
      links: { "source.outbox": "part.inbx" },
    } as never);
    const error = await rejected(
      UnknownBoxError,
      run(() => chassis),
    );
    assert.match(error.message, /"doubler#\d+" \("Multiplier" of parts\.ts\) has no inbox "inbx"/);
  });

  test(`${place}: a link that is made later, to a box that the part does not have, does so too`, async () => {
    const error = await rejected(
      UnknownBoxError,
      run(function* (): Operation<void> {
        const part = placed(parts.Multiplier, [2], { name: "doubler" });
        const sink = new Blocked();
        yield* graphline({
          parts: {
            part,
            sink,
            late: function* (self: Component): Operation<void> {
              yield* sleep(100);
              self.link([part, "rest" as "outbox"], [sink, "inbox"]);
              yield* sleep(60_000);
            },
          },
          links: { "late.outbox": "part.inbox" },
        } as never);
      }),
    );
    assert.match(error.message, /has no outbox "rest"/);
  });

  test(`${place}: a box that is linked while the part runs is tied to it`, async () => {
    const kept: number[] = [];
    await run(function* (): Operation<void> {
      const part = placed(parts.Sorter);
      const odd = new Collector(kept);
      yield* graphline({
        parts: {
          part,
          odd,
          even: function* (self: Component<{ inbox: number }, { outbox: number }>): Operation<void> {
            yield* self.put(2);
            yield* self.receive(); // the part runs
            self.link([part, "odd"], [odd, "inbox"]);
            for (const n of [1, 3, 5]) yield* self.put(n);
            while (kept.length < 3) yield* sleep(1); // the link is undone when its maker ends
          },
        },
        links: { "even.outbox": "part.inbox", "part.outbox": "even.inbox" },
      });
    });
    assert.deepEqual(kept, [1, 3, 5]);
  });

  test(`${place}: a message that cannot travel is refused where it is sent, with its path`, async () => {
    for (const message of [{ list: [() => 1] }, { list: [channel(1)] }]) {
      const error = await rejected(
        MisuseError,
        run(() => pipeline(giving<unknown>(message), placed(parts.idle, [], { name: "idle" }))),
      );
      assert.match(error.message, /^Component\.send: "idle#\d+\.inbox": .*\.list\[0\] is (a|the) /);
    }
  });

  test(`${place}: arguments that cannot travel are refused at the call`, () => {
    const error = thrown(MisuseError, () => placed(parts.Multiplier, [{ f: () => 1 } as never], { name: "doubler" }));
    assert.match(error.message, /argument 0\.f is a function "f"/);
  });

  test(`${place}: a factory that throws, and one that makes no component, are told of with the part`, async () => {
    const thrower = await rejected(
      FactoryError,
      run(() => pipeline(placed(parts.throwing))),
    );
    assert.match(thrower.message, /"throwing" of parts\.ts has thrown: nothing is made today/);
    assert.ok(thrower.cause instanceof RangeError);
    const empty = await rejected(
      FactoryError,
      run(() => pipeline(placed((parts as never as { nothing: typeof parts.twice }).nothing, [1]))),
    );
    assert.match(empty.message, /has made a number \(1\), which is no component/);
    const wrong = (parts as never as { NoComponent: typeof parts.Pauser }).NoComponent;
    const bare = await rejected(
      FactoryError,
      run(() => pipeline(placed(wrong))),
    );
    assert.match(bare.message, /instances are no components/);
  });

  test(`${place}: a module that is not there, and an export that is not, are told of`, async () => {
    type Parts = typeof import("./parts.ts");
    const missing = remote<Parts>(new URL("./missing.ts", import.meta.url));
    const error = await rejected(
      MisuseError,
      run(() => pipeline(placed(missing.Pauser))),
    );
    assert.match(error.message, /"Pauser" of missing\.ts cannot be loaded: there is no .*missing\.ts/);
    const other = await rejected(
      MisuseError,
      run(() => pipeline(placed((parts as never as { Pausr: typeof parts.Pauser }).Pausr))),
    );
    assert.match(other.message, /parts\.ts has no export "Pausr"/);
  });

  test(`${place}: a part that ends its thread or process fails its chassis at once`, async () => {
    const error = await rejected(
      WorkerError,
      run(() => pipeline(giving<unknown>(1), placed(parts.dying, ["exit"], { name: "mortal" }), keeping<unknown>([]))),
    );
    assert.equal(error.exitCode, 7);
    assert.match(error.message, /of "mortal#\d+" ended with exit code 7/);
    assert.match(error.stack ?? "", /bounds\.test\.ts/);
  });

  test(`${place}: a part is told when the component has ended that takes its messages`, async () => {
    const kept: number[] = [];
    await run(() => pipeline(placed(parts.untilClosed), new Collector(kept)));
    assert.deepEqual(kept, [0, 1, 2]);
  });

  test(`${place}: a part is told when the component has ended that takes its messages, also while it waits for room`, async () => {
    const kept: number[] = [];
    await run(() => pipeline(placed(parts.counting, [1_000_000], { queue: 4 }), 2, new Collector(kept)));
    assert.deepEqual(kept, [1, 2, 3]);
  });

  test(`${place}: a part is stopped before it is started, and while it starts`, async () => {
    for (const ms of [-1, 0, 20]) {
      const part = placed(parts.idle);
      if (ms < 0) part.stop("never");
      await run(function* (): Operation<void> {
        const row = go(() => pipeline(part, keeping<unknown>([])));
        if (ms >= 0) {
          yield* sleep(ms);
          part.stop("soon");
        }
        yield* row;
      });
      assert.equal(part.status, "cancelled");
    }
  });

  test(`${place}: a part that is cancelled cleans up where it runs, and is waited for`, async () => {
    const kept: string[] = [];
    await run(function* (): Operation<void> {
      const part = placed(parts.cleaning, [50]);
      yield* graphline({
        parts: {
          part,
          sink: function* (self: Component<{ inbox: string }, { outbox: never }>): Operation<void> {
            for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
              kept.push(item.value);
              if (item.value === "ready") part.stop();
            }
          },
        },
        links: { "part.outbox": "sink.inbox" },
      });
    });
    assert.deepEqual(kept, ["ready", "clean"]);
  });
}

test("a process that is killed fails its chassis with the signal", async () => {
  const error = await rejected(
    WorkerError,
    run(() => pipeline(giving<unknown>(1), inProcess(parts.dying, ["kill"], { name: "mortal" }))),
  );
  assert.match(error.message, /the process of "mortal#\d+" was ended by SIGKILL/);
});

test("shared objects go to a thread, and are refused where a process would get them", async () => {
  const kept: unknown[] = [];
  const counter = new SharedCounter(5);
  await run(() => pipeline(giving<unknown>(counter), inThread(parts.taking, [1]), keeping(kept)));
  assert.ok(kept[0] instanceof SharedCounter);
  const error = await rejected(
    MisuseError,
    run(() => pipeline(giving<unknown>(counter), inProcess(parts.idle))),
  );
  assert.match(error.message, /processes do not share/);
});

test("a part that is stuck in a thread is found to be stuck", () => {
  const program = `
    import { run } from "offshoot";
    import { inThread, pipeline } from "offshoot/component";
    import { parts } from ${JSON.stringify(new URL("./support.ts", import.meta.url).href)};
    await run(() => pipeline(inThread(parts.idle))).catch((error) => console.log(error.name, error.message));
  `;
  const { stdout } = spawnSync(
    process.execPath,
    ["--conditions=offshoot/source", "--input-type=module", "-e", program],
    {
      encoding: "utf8",
      timeout: 30_000,
    },
  );
  assert.match(stdout, /^DeadlockError/);
  assert.match(stdout, /in thread 1:[\s\S]*"idle"[\s\S]*waits for component\.receive idle#1\.inbox/);
});

test("a pool that is given has the part, and stays", async () => {
  const pool = new Pool({ threads: 2, name: "shared" });
  const kept: number[] = [];
  await run(() =>
    pipeline(
      giving(1, 2, 3),
      inThread(parts.Multiplier, [2], { pool }),
      inThread(parts.adder, [1], { pool }),
      keeping(kept),
    ),
  );
  assert.deepEqual(kept, [3, 5, 7]);
  assert.equal(pool.stats().done, 2);
  await pool.close();
});

test("options that make no sense are refused", () => {
  thrown(MisuseError, () => inThread(parts.Pauser, [], { queue: 0 }));
  thrown(MisuseError, () => inThread(parts.Pauser, [], { grace: -1 }));
  thrown(MisuseError, () => inThread(parts.Pauser, [], { pool: {} as Pool }));
  thrown(MisuseError, () => inProcess(parts.Pauser, [], { name: 1 as never }));
  const error = thrown(MisuseError, () => (inThread as (part: unknown) => unknown)(Blocked));
  assert.match(error.message, /expected an export of a module/);
});

after(() => {
  assert.deepEqual(children(), []);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => /Process|Worker/.test(name)),
    [],
  );
});
