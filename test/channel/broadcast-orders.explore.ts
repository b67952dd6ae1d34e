// Broadcast in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  broadcast,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  group,
  named,
  type Operation,
  type Receiver,
  select,
  sleep,
} from "offshoot";
import { thrown } from "../support/caught.ts";
import { comesTo, ending, Line } from "../support/outcomes.ts";

/** All that a subscriber receives, and how it ends. */
function* received(from: Receiver<number>): Operation<string> {
  const got: (number | string)[] = [];
  try {
    for (;;) got.push(yield* from.receive());
  } catch (error) {
    got.push(error instanceof EndOfChannel ? "end" : (error as Error).name);
  }
  return got.join(" ");
}

test("every subscriber that is waited for sees every value, in order", async () => {
  await comesTo(["1 2 end, 1 2 end"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const [a, b] = [hub.subscribe(), hub.subscribe({ buffer: 2 })];
      const reads = go(() => received(a));
      yield* hub.send(1);
      yield* hub.send(2);
      hub.close();
      return `${yield* reads}, ${yield* received(b)}`;
    };
  });
});

test("a slow subscriber loses values, or is failed, as it has asked for", async () => {
  for (const [slow, outcomes] of [
    ["drop", ["1 2 end", "1 end"]],
    ["fail", ["1 2 end", "1 ClosedError"]],
  ] as const)
    await comesTo(outcomes, (watch) => {
      const hub = watch(broadcast<number>({ buffer: 1, slow }));
      return function* () {
        const mine = hub.subscribe();
        const reads = go(() => received(mine));
        yield* hub.send(1);
        yield* hub.send(2);
        hub.close();
        return yield* reads;
      };
    });
});

test("senders that wait for a slow subscriber are served in the order they came", async () => {
  await comesTo(["0 1 2", "0 2 1"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    const line = new Line(watch);
    return function* () {
      const mine = hub.subscribe();
      const got: number[] = [];
      yield* hub.send(0);
      yield* group(function* (g) {
        for (const n of [1, 2]) line.add(g.go(named(String(n), () => hub.send(n))));
        yield* sleep(1); // until both wait
        assert.equal(hub.trySend(3), false);
        for (const _ of [0, 1, 2]) got.push(yield* mine.receive());
      });
      assert.equal(got.join(" "), `0 ${line.came.join(" ")}`);
      return got.join(" ");
    };
  });
});

test("a sender that is cancelled has given to everybody or to nobody", async () => {
  await comesTo(["sent", "cancelled"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const [fast, slow] = [hub.subscribe({ buffer: 2 }), hub.subscribe()];
      yield* hub.send(0);
      const sends = go(() => hub.send(1).map(() => "sent"));
      go(() => sends.cancel());
      go(() => slow.receive());
      const how = yield* ending(sends);
      yield* sleep(1); // until all is over
      const rest = [fast, fast, slow].map((from) => from.tryReceive());
      assert.equal(rest[0]!.ok && rest[0]!.value, 0);
      for (const last of rest.slice(1))
        assert.deepEqual(last, how === "sent" ? { ok: true, value: 1 } : { ok: false, closed: false });
      return how;
    };
  });
});

test("a subscriber that leaves lets those go on who waited for it", async () => {
  await comesTo(["0 1", "0 -"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const [stays, leaves] = [hub.subscribe({ buffer: 3 }), hub.subscribe()];
      yield* hub.send(0);
      const sends = go(() => hub.send(1));
      const takes = go(function* () {
        const got = [yield* leaves.receive()];
        const more = leaves.tryReceive();
        leaves.cancel();
        return `${got[0]} ${more.ok ? more.value : "-"}`;
      });
      yield* sends;
      const how = yield* takes;
      assert.equal(hub.size, 1);
      assert.deepEqual([yield* stays.receive(), yield* stays.receive()], [0, 1]);
      return how;
    };
  });
});

test("a subscriber that leaves without receiving lets those go on who waited for it, or had none of it", async () => {
  await comesTo(["sent, 1 left", "cancelled, 0 left"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const [stays, leaves] = [hub.subscribe({ buffer: 2 }), hub.subscribe()];
      hub.trySend(0);
      const sends = go(() => hub.send(1).map(() => "sent"));
      yield* sleep(1); // until it waits
      go(() => leaves.cancel());
      go(() => sends.cancel());
      const how = yield* ending(sends);
      yield* stays.receive();
      return `${how}, ${stays.tryReceive().ok ? 1 : 0} left`;
    };
  });
});

test("closing fails the senders that wait, and subscribers have what was sent", async () => {
  await comesTo(["sent, 0 1 end", "closed, 0 end"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const mine = hub.subscribe();
      yield* hub.send(0);
      const sends = go(function* () {
        try {
          yield* hub.send(1);
          return "sent";
        } catch (error) {
          assert.ok(error instanceof ClosedError);
          return "closed";
        }
      });
      const reads = go(() => received(mine));
      go(() => hub.close());
      const how = `${yield* sends}, ${yield* reads}`;
      thrown(ClosedError, () => hub.trySend(2));
      return how;
    };
  });
});

test("of two selects at both ends of a broadcast one sends what the other one receives", async () => {
  await comesTo(["sent got 1", "got 2 sent"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const [mine, other] = [hub.subscribe({ buffer: 4 }), hub.subscribe()];
      const choose = (n: number) => () =>
        select({ sent: hub.send(n), got: other.receive() }).map(({ key, value }) =>
          key === "sent" ? key : `got ${value}`,
        );
      const [one, two] = [go(choose(1)), go(choose(2))];
      const how = `${yield* one} ${yield* two}`;
      assert.ok(mine.tryReceive().ok);
      assert.equal(mine.tryReceive().ok, false);
      return how;
    };
  });
});

test("a select that waits for a slow subscriber sends to all, or has taken the message and sent nothing", async () => {
  await comesTo(["sent", "message"], (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    const ch = watch(channel<string>());
    return function* () {
      const [fast, slow] = [hub.subscribe({ buffer: 2 }), hub.subscribe()];
      yield* hub.send(0);
      const chooses = go(() => select({ sent: hub.send(1), message: ch.receive() }));
      const sends = go(() => ch.send("hello"));
      go(() => slow.receive());
      const { key } = yield* chooses;
      if (key === "sent") yield* ch.receive();
      yield* sends;
      yield* fast.receive();
      assert.equal(fast.tryReceive().ok, key === "sent");
      return key;
    };
  });
});

test("who subscribes to a broadcast that may be closed receives what is sent from then on, or the end", async () => {
  await comesTo(["1 end", "end"], (watch) => {
    const hub = watch(broadcast<number>({ name: "ticks" }));
    return function* () {
      const reads = go(function* () {
        const mine = hub.subscribe({ name: "mine" });
        const how = yield* received(mine);
        mine[Symbol.dispose](); // after the end: nothing
        return how;
      });
      go(() => {
        hub.trySend(1);
        hub.close();
      });
      return yield* reads;
    };
  });
});
