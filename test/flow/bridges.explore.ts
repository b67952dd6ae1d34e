// The bridges to what is outside, settled by tasks of the program, in all orders of two or three tasks: callback, aborted, events. Not those
// that go by promises: when these are settled is not explored.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { aborted, callback, channel, events, go, select, sleep, yieldNow } from "offshoot";
import { comesTo, ending } from "../support/outcomes.ts";

test("a callback answers, or is given up by a cancellation, and is cleaned up once", async () => {
  await comesTo(["answer", "cancelled, started", "cancelled"], () => {
    return function* () {
      let [cleaned, started] = [0, 0];
      let answer: ((text: string) => void) | null = null;
      const waits = go(() =>
        callback<string>((resolve) => {
          started++;
          answer = resolve;
          return () => cleaned++;
        }),
      );
      go(function* () {
        while (answer === null && waits.status !== "cancelled") yield* sleep(1);
        answer?.("answer");
      });
      go(() => waits.cancel());
      const how = yield* ending(waits);
      assert.equal(cleaned, started);
      return how === "cancelled" && started === 1 ? "cancelled, started" : how;
    };
  });
});

test("a callback that is a case of a select answers, or is given up for the value", async () => {
  await comesTo(["answer", "value"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let cleaned = 0;
      let answer: ((text: string) => void) | null = null;
      const waits = go(() =>
        select({
          answer: callback<string>((resolve) => {
            answer = resolve;
            return () => cleaned++;
          }),
          value: ch.receive(),
        }),
      );
      yield* sleep(1); // until it waits
      go(() => answer?.("late or not"));
      const sends = go(() => ch.send("value"));
      const { key } = yield* waits;
      assert.equal(cleaned, 1);
      if (key === "answer") yield* ch.receive();
      yield* sends;
      return key;
    };
  });
});

test("who waits for a signal is told its reason, in a select or not, or was cancelled before", async () => {
  await comesTo(
    ["stop stop", "cancelled stop"],
    () => {
      return function* () {
        const controller = new AbortController();
        const { signal } = controller;
        const waits = go(() => aborted(signal));
        const chooses = go(() => select([aborted(signal), sleep(1_000)]).map(({ value }) => value));
        go(() => waits.cancel());
        go(() => controller.abort("stop"));
        return `${yield* ending(waits)} ${yield* ending(chooses)}`;
      };
    },
    { untracked: true },
  );
});

test("events come in order to whoever receives, and end with the error that is emitted", async () => {
  await comesTo(
    ["1 2 broken", "1 broken", "broken"],
    (watch) => {
      const emitter = new EventEmitter();
      return function* () {
        const source = watch(events<number>(emitter, "data"));
        const got: unknown[] = [];
        const takes = go(function* () {
          try {
            for (;;) got.push(yield* source.receive());
          } catch (error) {
            got.push((error as Error).message);
          }
        });
        go(function* () {
          emitter.emit("data", 1);
          yield* yieldNow();
          emitter.emit("data", 2);
        });
        go(() => emitter.emit("error", new Error("broken")));
        yield* takes;
        assert.equal(emitter.listenerCount("data") + emitter.listenerCount("error"), 0);
        return got.join(" ");
      };
    },
    { untracked: true },
  );
});
