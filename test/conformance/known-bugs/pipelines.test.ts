// Pipelines: buffers too small, circles, and parts that wait for each other.

import { type Channel, channel, go, type Operation, unbounded } from "offshoot";
import { knownBugs } from "./known-bug.ts";

type Reply = Channel<string>;

knownBugs([
  {
    name: "all inputs are put in before any output is taken, and the buffers are too small",
    kind: "deadlock",
    blocked: ["main channel.send inputs", "stage channel.send outputs"],
    *program(fixed) {
      const many = 4;
      const inputs = channel<number>(1, { name: "inputs" });
      const outputs = channel<number>(fixed ? many : 1, { name: "outputs" });
      go(function* stage(): Operation<void> {
        for (let i = 0; i < many; i++) yield* outputs.send(2 * (yield* inputs.receive()));
      });
      for (let i = 0; i < many; i++) yield* inputs.send(i);
      let sum = 0;
      for (let i = 0; i < many; i++) sum += yield* outputs.receive();
      return sum;
    },
  },
  {
    name: "there is room for one error, and two fail before anybody looks",
    kind: "deadlock",
    blocked: ['main task.join task #3 "check"', "check channel.send errors"],
    *program(fixed) {
      const errors = channel<string>(fixed ? 2 : 1, { name: "errors" });
      function* check(file: string): Operation<void> {
        yield* errors.send(`${file} is broken`);
      }
      const checks = ["a", "b"].map((file) => go(check, file));
      for (const task of checks) yield* task;
      errors.close();
      while ((yield* errors.next()).done !== true);
    },
  },
  {
    name: "a stage sends back to its own input, which is full",
    kind: "deadlock",
    blocked: ["main channel.send pages", "crawl channel.send pages"],
    *program(fixed) {
      const pages = channel<number>(fixed ? unbounded() : 1, { name: "pages" });
      go(function* crawl(): Operation<void> {
        let left = 6;
        while (left-- > 0) {
          const depth = yield* pages.receive();
          if (depth > 0) yield* pages.send(depth - 1);
        }
      });
      for (let page = 0; page < 3; page++) yield* pages.send(1);
    },
  },
  {
    name: "two send each other before they receive",
    kind: "leak",
    blocked: ["peer channel.send a", "peer channel.send b"],
    *program(fixed) {
      const a = channel<string>(0, { name: "a" });
      const b = channel<string>(0, { name: "b" });
      function* peer(mine: typeof a, other: typeof a, speaksFirst: boolean): Operation<void> {
        if (speaksFirst) yield* other.send("hello");
        yield* mine.receive();
        if (!speaksFirst) yield* other.send("hello");
      }
      go(peer, a, b, true);
      go(peer, b, a, !fixed);
    },
  },
  {
    name: "all in a ring pass on what they have before they take the next",
    kind: "leak",
    blocked: ["node channel.send seat 0", "node channel.send seat 1", "node channel.send seat 2"],
    *program(fixed) {
      const seats = [0, 1, 2].map((seat) => channel<number>(0, { name: `seat ${seat}` }));
      function* node(n: number): Operation<void> {
        const mine = seats[n] as (typeof seats)[0];
        const next = seats[(n + 1) % seats.length] as typeof mine;
        if (fixed && n === 0) {
          yield* mine.receive();
          yield* next.send(n);
        } else {
          yield* next.send(n);
          yield* mine.receive();
        }
      }
      for (const n of seats.keys()) go(node, n);
    },
  },
  {
    name: "one branch of a fork is read to its end before the other",
    kind: "leak",
    blocked: ["fork channel.send left", "join channel.next right"],
    *program(fixed) {
      const left = channel<number>(1, { name: "left" });
      const right = channel<number>(1, { name: "right" });
      go(function* fork(): Operation<void> {
        for (let n = 0; n < 3; n++) {
          yield* left.send(n);
          yield* right.send(n);
        }
        left.close();
        right.close();
      });
      go(function* join(): Operation<void> {
        if (fixed) {
          while ((yield* left.next()).done !== true) yield* right.next();
        } else {
          while ((yield* right.next()).done !== true);
          while ((yield* left.next()).done !== true);
        }
      });
    },
  },
  {
    name: "an actor asks another one, which asks it back",
    kind: "leak",
    blocked: ["actor channel.receive reply to a", "actor channel.receive reply to b"],
    *program(fixed) {
      const inboxes = [channel<Reply>(1, { name: "inbox a" }), channel<Reply>(1, { name: "inbox b" })] as const;
      function* actor(name: string, mine: Channel<Reply>, other: Channel<Reply>): Operation<void> {
        const reply: Reply = channel(1, { name: `reply to ${name}` });
        yield* other.send(reply);
        if (fixed) yield* (yield* mine.receive()).send("well");
        yield* reply.receive();
        if (!fixed) yield* (yield* mine.receive()).send("well");
      }
      go(actor, "a", inboxes[0], inboxes[1]);
      go(actor, "b", inboxes[1], inboxes[0]);
    },
  },
]);
