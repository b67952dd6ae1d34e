// A component: its verbs ready, waiting, in order and cancelled; its life; links that change while somebody waits; and what it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  all,
  ClosedError,
  DeadlockError,
  EndOfChannel,
  go,
  MisuseError,
  never,
  type Operation,
  race,
  run,
  select,
  sleep,
  TimeoutError,
  timeout,
  until,
  yieldNow,
} from "offshoot";
import {
  type AnyComponent,
  Component,
  LinkAcrossRunsError,
  pipeline,
  producerFinished,
  shutdown,
} from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { checkAll, Giving, Idle, insideOf, Keeping, Lasting } from "../support/components.ts";

function wired(size: number | null = null): { w: Idle; a: Idle; b: Idle } {
  const [w, a, b] = [new Idle(), new Idle(), new Idle()];
  w.link([a, "outbox"], [b, "inbox"], { size });
  return { w, a, b };
}

test("receive and next take what lies there at once, and otherwise wait, first come, first served", async () => {
  await simulate(function* () {
    const { a, b } = wired();
    a.send(1);
    a.send(2);
    assert.equal(yield* b.receive(), 1);
    assert.deepEqual(yield* b.next(), { done: false, value: 2 });
    const [first, second] = [go(() => b.receive()), go(() => b.next())];
    yield* yieldNow();
    checkAll(a, b);
    a.send(3);
    a.send(4);
    assert.deepEqual([yield* first, yield* second], [3, { done: false, value: 4 }]);
  });
});

test("put goes on at once where there is room, and otherwise waits, first come, first served", async () => {
  await simulate(function* () {
    const { a, b } = wired(1);
    yield* a.put(1);
    const waiting = [2, 3].map((n) => go(() => a.put(n)));
    yield* yieldNow();
    assert.deepEqual(
      waiting.map(({ status }) => status),
      ["waiting", "waiting"],
    );
    checkAll(a, b);
    assert.equal(b.recv(), 1);
    assert.equal(b.dataReady(), 1);
    assert.deepEqual([yield* b.receive(), yield* b.receive()], [2, 3]);
    yield* all(waiting);
  });
});

test("a send at once stands back for nobody, but is refused while those in line fill the box", async () => {
  await simulate(function* () {
    const { a, b } = wired(1);
    a.send(1);
    const put = go(() => a.put(2));
    yield* yieldNow();
    b.recv();
    assert.throws(() => a.send(3));
    yield* put;
    assert.equal(b.recv(), 2);
  });
});

test("whoever is cancelled while it waits has done nothing, and the next in line is served", async () => {
  await simulate(function* () {
    const { a, b } = wired(1);
    const [leaves, stays] = [go(() => b.receive()), go(() => b.receive())];
    yield* yieldNow();
    leaves.cancel();
    a.send(1);
    assert.equal(yield* stays, 1);
    a.send(2);
    const [given, put] = [go(() => a.put("given up")), go(() => a.put(3))];
    yield* yieldNow();
    given.cancel();
    checkAll(a, b);
    assert.deepEqual([yield* b.receive(), yield* b.receive()], [2, 3]);
    yield* put;
    const pause = go(() => b.pause());
    yield* yieldNow(); // the pause ends at once, by what was delivered
    const other = go(() => b.pause());
    yield* yieldNow();
    other.cancel();
    yield* pause;
    a.send(4);
    yield* b.pause();
  });
});

test("each verb is a case of select, and a case that loses has done nothing", async () => {
  await simulate(function* () {
    const { a, b } = wired(1);
    a.send(1);
    const chosen = yield* select({ put: a.put(2), time: sleep(1) });
    assert.equal(chosen.key, "time");
    assert.equal(b.dataReady(), 1);
    assert.deepEqual(yield* select({ message: b.receive(), time: sleep(1) }), { key: "message", value: 1 });
    assert.equal((yield* select({ message: b.receive(), time: sleep(1) })).key, "time");
    a.send(3);
    assert.deepEqual([...b.drain()], [3]);
    yield* b.pause();
    assert.equal((yield* select({ pause: b.pause(), time: sleep(1) })).key, "time");
    const waits = go(() => select({ pause: b.pause(), time: never }));
    yield* yieldNow();
    a.send(4);
    assert.equal((yield* waits).key, "pause");
    checkAll(a, b);
  });
});

test("timeout and race around boxes leave no trace", async () => {
  await simulate(function* () {
    const { a, b } = wired(0);
    yield* caught(TimeoutError, timeout(5, b.receive()));
    yield* caught(TimeoutError, timeout(5, a.put(1)));
    assert.equal(yield* race([b.receive(), sleep(1).map(() => "time")]), "time");
    b.setInboxSize("inbox", null);
    assert.equal(b.dataReady(), 0);
    a.send(2);
    assert.equal(b.recv(), 2);
  });
});

test("an operation may be used again, by several tasks", async () => {
  await simulate(function* () {
    const { a, b } = wired();
    const [put, receive] = [a.put("same"), b.receive()];
    yield* put;
    yield* put;
    const tasks = [1, 2].map(() => go(() => receive));
    assert.deepEqual(yield* all(tasks), ["same", "same"]);
  });
});

test("undefined, null and errors are messages like any other", async () => {
  await simulate(function* () {
    const { a, b } = wired();
    const waits = go(() => b.next());
    yield* yieldNow();
    a.send(undefined);
    assert.deepEqual(yield* waits, { done: false, value: undefined });
    for (const message of [null, Number.NaN, new Error("a value")]) {
      yield* a.put(message);
      assert.ok(Object.is(yield* b.receive(), message));
    }
  });
});

test("those who wait for room move with the link, in order, and go on where there is room", async () => {
  await simulate(function* () {
    const { w, a, b } = wired(1);
    const other = new Idle();
    w.link([other, "outbox"], [b, "inbox"]);
    a.send(0);
    const [one, stays, two] = [go(() => a.put(1)), go(() => other.put("stays")), go(() => a.put(2))];
    yield* yieldNow();
    const link = [...insideOf(w).links][0];
    assert.ok(link !== undefined);
    w.unlink(link);
    yield* all([one, two]); // discarded
    const c = new Idle();
    w.link([a, "outbox"], [c, "inbox"], { size: 1 });
    a.send(3);
    const moves = go(() => a.put(4));
    yield* yieldNow();
    w.link([c, "inbox"], [b, "control"] as never);
    yield* moves;
    assert.deepEqual([...b.drain("control")] as unknown[], [3, 4]);
    assert.equal(stays.status, "waiting");
    assert.equal(b.recv(), 0);
    yield* stays;
    assert.equal(b.recv(), "stays");
    checkAll(a, b, c, other);
  });
});

test("those who wait for room where the component ends learn that nobody is there", async () => {
  await simulate(function* () {
    const { w, a } = wired();
    w.unlink(a);
    const sink = new Lasting();
    w.link([a, "outbox"], [sink, "inbox"], { size: 0 });
    const task = sink.start();
    const put = go(() => caught(ClosedError, a.put(1)));
    yield* sleep(1);
    task.cancel();
    const error = yield* put;
    assert.equal(error.by, "receiver");
    assert.match(
      error.message,
      /^Component\.put: "Lasting#\d+\.inbox" takes no more messages, since its component has/,
    );
  });
});

test("whoever waits in a box that is linked on gets nothing, until it is the last again", async () => {
  await simulate(function* () {
    const { w, a, b } = wired();
    const c = new Idle();
    const waits = go(() => b.receive());
    yield* yieldNow();
    const onward = w.link([b, "inbox"], [c, "inbox"]);
    a.send("for c");
    yield* yieldNow();
    assert.deepEqual([waits.status, c.recv()], ["waiting", "for c"]);
    w.unlink(onward);
    a.send("for b");
    assert.equal(yield* waits, "for b");
  });
});

test("whoever waits in a box that is deleted finds the end", async () => {
  await simulate(function* () {
    const b = new Idle();
    const name = b.addInbox("extra") as "inbox";
    const [next, receive] = [go(() => b.next(name)), go(() => caught(EndOfChannel, b.receive(name)))];
    yield* yieldNow();
    b.deleteInbox(name);
    assert.equal((yield* next).done, true);
    yield* receive;
  });
});

test("performing a component waits for its end and for all it has started, and throws what it throws", async () => {
  await simulate(function* () {
    let ended = false;
    class Starts extends Component {
      override main(): void {
        go(function* () {
          yield* sleep(5);
          ended = true;
        });
      }
    }
    yield* new Starts();
    assert.ok(ended);
    class Fails extends Component {
      override async main(): Promise<void> {
        throw new RangeError("broken");
      }
    }
    yield* caught(RangeError, new Fails());
  });
});

test("a component that is stopped while it is performed ends the performing without an error", async () => {
  await simulate(function* () {
    const one = new Lasting();
    const performs = go(() => one);
    yield* sleep(1);
    one.stop("enough");
    yield* performs;
    assert.equal(one.status, "cancelled");
  });
});

test("cancelling what performs it cancels the component, and waits for its cleanup", async () => {
  await simulate(function* () {
    const log: string[] = [];
    class Cleans extends Component {
      override *main(): Operation<void> {
        try {
          yield* never;
        } finally {
          log.push("cleaned");
        }
      }
    }
    const one = new Cleans();
    const performs = go(function* () {
      try {
        yield* one;
      } finally {
        log.push(one.status);
      }
    });
    yield* sleep(1);
    performs.cancel();
    yield* sleep(1);
    assert.deepEqual(log, ["cleaned", "cancelled"]);
  });
});

test("components that wait for each other for ever are a deadlock, told by box and by who leads there", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const [w, a, b] = [new Idle(), new Keeping(), new Keeping()];
      w.link([a, "outbox"], [b, "inbox"]);
      w.link([b, "outbox"], [a, "inbox"]);
      a.start();
      yield* b;
    }),
  );
  assert.match(error.message, /component\.next/);
  assert.match(error.message, /Keeping#\d+\.inbox/);
});

test("components of two runs are not linked, and not started in one while they are linked with one of another", async () => {
  const [w, a, b] = [new Idle(), new Lasting(), new Lasting()];
  const [c, d] = [new Lasting(), new Lasting()];
  w.link([c, "outbox"], [d, "inbox"]);
  let other: Error | undefined;
  await run(function* () {
    a.start();
    c.start();
    yield* yieldNow();
    const second = run(function* () {
      b.start();
      yield* yieldNow();
      thrown(LinkAcrossRunsError, () => w.link([a, "outbox"], [b, "inbox"]));
      other = thrown(LinkAcrossRunsError, () => d.start());
      b.stop();
    });
    yield* until(second);
    a.stop();
    c.stop();
  });
  assert.match(String(other?.message), /is linked with "Lasting#\d+\.outbox", which belongs to another run/);
});

test("a component that handles its control is not ended by a shutdown, and its inboxes not by producerFinished", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    class Handles extends Component {
      constructor() {
        super({ handlesControl: true });
      }
      override *main(): Operation<void> {
        for (;;) {
          const { key, value } = yield* select({ message: this.receive(), control: this.receive("control") });
          log.push(key === "message" ? value : value.kind);
          if (key === "control" && value.kind === "shutdown") return;
        }
      }
    }
    const [w, a, signals, handles] = [new Idle(), new Idle(), new Idle(), new Handles()];
    w.link([a, "outbox"], [handles, "inbox"]);
    w.link([signals, "signal"], [handles, "control"]);
    const task = handles.start();
    signals.send(producerFinished(), "signal");
    yield* sleep(1);
    a.send("after it");
    yield* sleep(1);
    signals.send(shutdown(), "signal");
    yield* task;
    assert.deepEqual(log, ["producerFinished", "after it", "shutdown"]);
  });
});

test("a producer that has said that it is finished counts as that, though it lives on", async () => {
  await simulate(function* () {
    const [w, a, keeping] = [new Idle(), new Lasting(), new Keeping()];
    w.link([a, "outbox"], [keeping, "inbox"]);
    const task = a.start();
    a.send("last");
    a.send(producerFinished(), "signal");
    yield* keeping;
    assert.deepEqual(keeping.got, ["last", "end"]);
    task.cancel();
  });
});

test("a hundred sources into one box: the end comes once, after all messages", async () => {
  await simulate(function* () {
    const [w, keeping] = [new Idle(), new Keeping()];
    const sources = Array.from({ length: 100 }, (_, n) => new Giving(n, n));
    for (const source of sources) w.link([source, "outbox"], [keeping, "inbox"], { size: 3 });
    for (const source of sources) source.start();
    yield* keeping;
    assert.equal(keeping.got.length, 201);
    assert.equal(keeping.got.indexOf("end"), 200);
  });
});

test("declarations that make no sense are misuse, said at the call", () => {
  class Declares extends Component {
    constructor(options: unknown) {
      super(options as never);
    }
    override main(): void {}
  }
  for (const [options, message] of [
    [5, /options must be an object/],
    [{ name: 5 }, /the name must be a string/],
    [{ handlesControl: "yes" }, /handlesControl must be true or false/],
    [{ inboxes: 5 }, /inboxes must be an object/],
    [{ inboxes: { jobs: { size: -1 } } }, /the box "jobs": the size must be a whole number/],
    [{ inboxes: { jobs: { size: 1.5 } } }, /the size must be a whole number/],
    [{ inboxes: { jobs: { wake: "never" } } }, /wake must be "room" or "always"/],
    [{ inboxes: { jobs: "" }, outboxes: { jobs: "" } }, /"jobs" is an inbox and an outbox/],
    [{ inboxes: { outbox: "" } }, /"outbox" is an inbox and an outbox/],
    [{ inboxes: { jobs: 5 } }, /must be declared by options or by what it is for/],
  ] as const)
    assert.match(thrown(MisuseError, () => new Declares(options)).message, message);
});

test("ends of a link that are none are misuse, said at the call", () => {
  const [w, a] = [new Idle() as AnyComponent, new Idle()];
  for (const [from, to, message] of [
    [a, [a, "inbox"], /the first end must be a pair/],
    [[a, "outbox"], [a], /the second end must be a pair/],
    [[5, "outbox"], [a, "inbox"], /expected a component, got a number \(5\)/],
    [[Idle, "outbox"], [a, "inbox"], /Make one with new, or call its factory/],
    [[a, "inbox"], [a, "outbox"], /is an inbox and "Idle#\d+\.outbox" an outbox/],
  ] as const)
    assert.match(thrown(MisuseError, () => w.link(from as never, to as never)).message, message);
  assert.match(
    thrown(MisuseError, () => w.link([a, "outbox"], [w, "outbox"], { size: 5 })).message,
    /is an outbox, which has no size/,
  );
});

test("operations print as what they wait for", () => {
  const a = new Idle();
  assert.match(inspect(a.receive()), /component\.receive Idle#\d+\.inbox/);
  assert.match(inspect(a.pause()), /component\.pause Idle#\d+/);
  assert.match(inspect(a.put(1)), /component\.put Idle#\d+\.outbox/);
});

test("a component that pauses and looks is told by isOver that no more will come", async () => {
  const got: unknown[] = [];
  class Looking extends Component<{ inbox: number }, { outbox: never }> {
    override *main(): Operation<void> {
      while (!this.isOver()) {
        got.push(...this.drain());
        if (!this.isOver()) yield* this.pause();
      }
      got.push("over");
    }
  }
  class Talking extends Component<{ inbox: never }, { outbox: number }> {
    override *main(): Operation<void> {
      this.send(1);
      yield* yieldNow();
      this.send(2);
    }
  }
  await simulate(() => pipeline(new Talking(), new Looking()));
  assert.deepEqual(got, [1, 2, "over"]);
});
