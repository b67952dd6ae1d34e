// simulate with audit: who changes what it has sent is told, whatever the body makes of it; who may change it is not, and the run is the same as without.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  broadcast,
  callback,
  channel,
  go,
  MisuseError,
  moveOnAfter,
  type Operation,
  select,
  selectNow,
  sleep,
  sliding,
  type Task,
  unbounded,
  yieldNow,
} from "offshoot";
import { type SimulateOptions, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const audited = (body: () => Operation<unknown>, options: SimulateOptions = {}): Promise<unknown> =>
  simulate(body, { audit: true, ...options });

/** The message of the error that the body must end with, in production's order and in others. */
async function told(body: () => Operation<unknown>): Promise<string> {
  const { message } = await rejected(MisuseError, audited(body));
  for (let seed = 0; seed < 5; seed++) {
    for (const time of ["idle", "racy"] as const) {
      const other = await rejected(MisuseError, audited(body, { seed, time }));
      assert.match(other.message, / has changed what it had sent through /);
    }
  }
  return message;
}

/** In no order is anything told. */
async function untold(body: () => Operation<unknown>): Promise<void> {
  await audited(body);
  for (let seed = 0; seed < 20; seed++)
    for (const time of ["idle", "racy"] as const) await audited(body, { seed, time });
}

interface Order {
  items: { name: string; price: number }[];
}

test("an object that its sender changes after a send is told with channel, task, path and both places", async () => {
  const message = await told(function* () {
    const orders = channel<Order>(4, { name: "orders" });
    yield* go(function* till(): Operation<void> {
      const order = { items: [{ name: "tea", price: 3 }] };
      yield* orders.send(order);
      (order.items[0] as Order["items"][0]).price = 2;
      yield* sleep(5);
    });
    assert.equal((yield* orders.receive()).items[0]?.price, 2);
  });
  const [first, what, sent, sentAt, changed, changedAt, ...rest] = message.split("\n");
  assert.equal(
    first,
    'simulate: task #2 "till" has changed what it had sent through "orders", which is no longer its own. Send a copy, or make a new object for each send.',
  );
  assert.equal(what, "  .items[0].price: was 3, is 2");
  assert.equal(sent, "  sent");
  assert.match(sentAt ?? "", /^ {6}at till \(.*audit\.test\.ts:\d+:\d+\)$/);
  assert.equal(changed, "  changed after that, before it came to");
  assert.match(changedAt ?? "", /^ {6}at till \(.*audit\.test\.ts:\d+:\d+\)$/);
  const lineOf = (frame = ""): number => Number(/:(\d+):\d+\)$/.exec(frame)?.[1]);
  assert.equal(lineOf(changedAt) - lineOf(sentAt), 2, "the sleep stands two lines after the send");
  assert.deepEqual(rest, []);
});

test("the error names its task, and is no more than its message", async () => {
  const error = await rejected(
    MisuseError,
    audited(function* () {
      const jobs = channel<{ n: number }>(1);
      const job = { n: 1 };
      jobs.trySend(job);
      job.n++;
    }),
  );
  assert.equal(error.task?.id, 1);
  assert.equal(error.stack, `MisuseError: ${error.message}`);
  assert.match(error.message, /\n {2}changed after that, before its body ended$/);
});

test("an async body is looked at up to its first await", async () => {
  const { message } = await rejected(
    MisuseError,
    simulate(
      async () => {
        const jobs = channel<{ n: number }>(1);
        const job = { n: 1 };
        jobs.trySend(job);
        job.n = 2;
        await sleep(1);
      },
      { audit: true },
    ),
  );
  assert.match(message, /\n {2}changed after that, before it waited$/);
});

test("what audit is given must be a boolean", async () => {
  const error = await rejected(
    MisuseError,
    audited(function* () {}, { audit: 1 as never }),
  );
  assert.equal(error.message, "simulate: audit must be true or false, got a number (1).");
});

test("nobody looks unless asked to", async () => {
  await simulate(function* () {
    const jobs = channel<{ n: number }>(1);
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n++;
  });
});

const ways: Record<string, () => Operation<void>> = {
  *"a send that finds room"() {
    const jobs = channel<{ n: number }>(1, { name: "jobs" });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *"a send that a receiver waits for"() {
    const jobs = channel<{ n: number }>(0, { name: "jobs" });
    go(function* () {
      yield* jobs.receive();
    });
    yield* sleep(1);
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *"a send that waits"() {
    const jobs = channel<{ n: number }>(0, { name: "jobs" });
    go(function* () {
      yield* sleep(1);
      yield* jobs.receive();
    });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *"a send that waits for a place in the buffer"() {
    const jobs = channel<{ n: number }>(1, { name: "jobs" });
    yield* jobs.send({ n: 0 });
    go(function* () {
      yield* sleep(1);
      yield* jobs.receive();
    });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *trySend() {
    const jobs = channel<{ n: number }>(unbounded(), { name: "jobs" });
    const job = { n: 1 };
    assert.ok(jobs.trySend(job));
    job.n = 2;
  },
  *"a sliding buffer"() {
    const jobs = channel<{ n: number }>(sliding(1), { name: "jobs" });
    yield* jobs.send({ n: 0 });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *"a select that sends"() {
    const jobs = channel<{ n: number }>(1, { name: "jobs" });
    const job = { n: 1 };
    assert.equal((yield* select({ sent: jobs.send(job), late: sleep(9) })).key, "sent");
    job.n = 2;
  },
  *"a select that waits, and then sends"() {
    const jobs = channel<{ n: number }>(0, { name: "jobs" });
    go(function* () {
      yield* yieldNow();
      yield* jobs.receive();
    });
    const job = { n: 1 };
    yield* select([jobs.send(job)]);
    job.n = 2;
  },
  *"a branch that sends"() {
    const jobs = channel<{ n: number }>(1, { name: "jobs" });
    const job = { n: 1 };
    yield* all([jobs.send(job), sleep(1)]);
    job.n = 2;
  },
  *"a broadcast"() {
    const jobs = broadcast<{ n: number }>({ name: "jobs" });
    jobs.subscribe({ name: "mine" });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
  *"a broadcast that waits for a subscriber"() {
    const jobs = broadcast<{ n: number }>({ name: "jobs", buffer: 1 });
    const mine = jobs.subscribe({ name: "mine" });
    yield* jobs.send({ n: 0 });
    go(function* () {
      yield* sleep(1);
      yield* mine.receive();
    });
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
  },
};

for (const [what, body] of Object.entries(ways)) {
  test(`${what} gives the value away`, async () => {
    const message = await told(function* () {
      yield* go(function* sender(): Operation<void> {
        yield* body();
      });
    });
    assert.match(
      message,
      /^simulate: task #2 "sender" has changed what it had sent through "jobs", .*\n {2}\.n: was 1, is 2\n/,
    );
    assert.match(message, /\n {2}sent\n {6}at .*audit\.test\.ts/);
  });
}

test("one object for all sends is told at the next of them", async () => {
  const message = await told(function* () {
    const jobs = channel<{ n: number }>(8, { name: "jobs" });
    const job = { n: 0 };
    for (let i = 1; i <= 3; i++) {
      job.n = i;
      yield* jobs.send(job);
    }
  });
  assert.match(message, /\n {2}\.n: was 1, is 2\n/);
  const places = message.split("\n").filter((line) => line.startsWith("      at "));
  assert.equal(places.length, 2);
  assert.equal(places[0], places[1], "both are the send");
});

test("a change after the value was taken, in a later turn, is told too", async () => {
  const message = await told(function* () {
    const jobs = channel<{ n: number }>(0, { name: "jobs" });
    go(function* receiver(): Operation<void> {
      (yield* jobs.receive()).n = 10;
    });
    const job = { n: 1 };
    yield* jobs.send(job);
    yield* sleep(10);
    job.n++;
    yield* sleep(10);
  });
  assert.match(message, /\n {2}\.n: was 10, is 11\n/, "what the receiver made of it is what it was");
});

test("a catch in the body does not swallow it, no task is thrown at, and the run comes to its end", async () => {
  const log: string[] = [];
  const body = function* (): Operation<void> {
    const jobs = channel<{ n: number }>(1);
    go(function* other(): Operation<void> {
      yield* sleep(1_000);
      log.push("other");
    });
    try {
      const job = { n: 1 };
      yield* jobs.send(job);
      job.n = 2;
      yield* sleep(1);
      yield* jobs.receive();
      log.push("sender");
    } catch (error) {
      log.push(String(error));
    }
  };
  await rejected(MisuseError, audited(body));
  assert.deepEqual(log, ["sender", "other"]);
});

test("it is told before what the run itself comes to", async () => {
  const body = (end: () => Operation<unknown>) =>
    function* (): Operation<void> {
      const jobs = channel<{ n: number }>(1);
      const job = { n: 1 };
      yield* jobs.send(job);
      job.n = 2;
      yield* end();
    };
  await rejected(MisuseError, audited(body(() => channel().receive())));
  await rejected(
    MisuseError,
    audited(
      body(function* () {
        throw new RangeError("boom");
      }),
    ),
  );
});

test("who has received it may change it, also where it was sent to several", async () => {
  await untold(function* () {
    const one = channel<{ n: number }>(1);
    const two = channel<{ n: number }>(1);
    const worker = (from: typeof one) =>
      go(function* (): Operation<void> {
        const job = yield* from.receive();
        for (let i = 0; i < 3; i++) {
          job.n++;
          yield* yieldNow();
        }
      });
    const tasks = [worker(one), worker(two)];
    const job = { n: 1 };
    yield* one.send(job);
    yield* two.send(job);
    for (const task of tasks) yield* task;
  });
});

test("what was received again is the sender's, and so is what a task has returned", async () => {
  await untold(function* () {
    const jobs = channel<{ n: number; bytes: Uint8Array }>();
    const done = channel<object>();
    const worker: Task<object> = go(function* (): Operation<object> {
      yield* done.send(yield* jobs.receive());
      yield* done.send((yield* jobs.receive()).bytes.subarray(0, 1));
      return yield* jobs.receive();
    });
    const job = { n: 1, bytes: new Uint8Array(2) };
    yield* jobs.send(job);
    yield* done.receive();
    job.n++;
    yield* jobs.send(job);
    yield* done.receive();
    job.bytes[0] = 7;
    yield* jobs.send({ n: 2, bytes: job.bytes });
    yield* worker;
    job.bytes[1] = 7;
  });
});

test("what is only part of what has come back stays away", async () => {
  const message = await told(function* () {
    const jobs = channel<{ n: number; list: number[] }>(1, { name: "jobs" });
    const job = { n: 1, list: [1] };
    yield* jobs.send(job);
    const back = channel<number[]>(1);
    back.trySend((yield* go(() => jobs.receive().map(({ list }) => [list]))) as never);
    yield* jobs.send(job);
    const lists = channel<number[]>(1);
    yield* go(function* (): Operation<void> {
      yield* lists.send((yield* jobs.receive()).list);
    });
    (yield* lists.receive()).push(2);
    job.n++;
  });
  assert.match(message, /\n {2}\.n: was 1, is 2\n {2}sent/, "and not .list[1]");
});

test("what was not sent in the end is the sender's", async () => {
  await untold(function* () {
    const full = channel<{ n: number }>();
    const job = { n: 1 };
    assert.equal(full.trySend(job), false);
    job.n++;
    assert.equal((yield* select({ sent: full.send(job), late: sleep(1) })).key, "late");
    job.n++;
    assert.equal(selectNow([full.send(job)]), undefined);
    job.n++;
    yield* moveOnAfter(1, full.send(job));
    job.n++;
    const nobody = broadcast<{ n: number }>();
    yield* nobody.send(job);
    job.n++;
    const sender = go(() => full.send(job));
    yield* sleep(1);
    sender.cancel();
    yield* sleep(1);
    job.n++;
  });
});

test("what is no plain data is not looked into, and no code of users is called", async () => {
  class Account {
    balance = 1;
  }
  await untold(function* () {
    const away = channel<object>(8);
    const account = new Account();
    const inner = { n: 1 };
    const message = {
      account,
      call: Object.assign(() => {}, { n: 1 }),
      proxy: new Proxy(inner, {
        ownKeys: () => assert.fail("asked"),
        getOwnPropertyDescriptor: () => assert.fail("asked"),
        get: () => assert.fail("asked"),
      }),
      get now(): number {
        throw new Error("asked");
      },
      reply: channel<number>(1),
    };
    yield* away.send(message);
    account.balance++;
    message.call.n++;
    inner.n++;
    yield* message.reply.send(1);
  });
});

test("what is frozen cannot be changed, and what it holds can", async () => {
  const message = await told(function* () {
    const away = channel<object>(1);
    const list = [1];
    yield* away.send(Object.freeze({ list, of: Object.freeze([list]) }));
    list.push(2);
  });
  assert.match(message, /\n {2}\.list\[1\]: was not there, is 2\n/);
});

test("other code that runs in the midst of a turn of the sender is not the sender", async () => {
  await untold(function* () {
    const jobs = channel<{ n: number }>();
    const worker = go(function* (): Operation<void> {
      const job = yield* jobs.receive();
      setTimeout(() => job.n++, 1);
      yield* callback(() => () => {
        job.n++; // cleanup, which runs when the sender cancels
      });
    });
    const job = { n: 1 };
    yield* jobs.send(job);
    for (let i = 0; i < 5; i++) yield* yieldNow();
    yield* sleep(0.5);
    yield* sleep(1);
    worker.cancel();
    yield* yieldNow();
    assert.equal(job.n > 1, true);
  });
});

test("what the sender has changed before other code runs in its turn is its own doing", async () => {
  const message = await told(function* sender(): Operation<void> {
    const jobs = channel<{ n: number }>(1);
    const worker = go(function* (): Operation<void> {
      yield* callback(() => () => {});
    });
    yield* sleep(1);
    const job = { n: 1 };
    yield* jobs.send(job);
    job.n = 2;
    worker.cancel();
    yield* yieldNow();
  });
  assert.match(message, /\n {2}\.n: was 1, is 2\n/);
});

test("a message that comes late is compared as far as the limits go", async () => {
  const message = await told(function* () {
    const away = channel<object>(unbounded(), { name: "away" });
    const first = { n: 1 };
    const second = { n: 1 };
    yield* away.send(first);
    yield* away.send(second);
    for (let i = 0; i < 99; i++) yield* away.send([i]);
    first.n = 2; // the 101st from the end
    yield* yieldNow();
    second.n = 3;
  });
  assert.match(message, /\n {2}\.n: was 1, is 3\n/);
});

test("the run is the same as without", async () => {
  const racing = (log: string[]) =>
    function* (): Operation<void> {
      const away = channel<{ name: string; log: string[] }>(2);
      const tasks = ["a", "b", "c"].map((name) =>
        go(function* (): Operation<void> {
          for (let i = 0; i < 4; i++) {
            log.push(`${name}${i}`);
            yield* select([away.send({ name, log }), sleep(Math.random())]);
            yield* yieldNow();
          }
        }),
      );
      go(function* (): Operation<void> {
        for (let i = 0; i < 4; i++) log.push(`got ${(yield* away.receive()).name}`);
      });
      for (const task of tasks) yield* task;
    };
  for (let seed = -1; seed < 30; seed++) {
    for (const time of ["idle", "racy"] as const) {
      const options = seed < 0 ? {} : { seed, time };
      const plain: string[] = [];
      const watched: string[] = [];
      const ends = [
        await simulate(racing(plain), options).then(String, (error: Error) => error.name),
        await audited(racing(watched), options).then(String, (error: Error) => error.name),
      ];
      assert.deepEqual(watched, plain);
      assert.equal(ends[1], "MisuseError", "the log is shared, and grows");
    }
  }
});
