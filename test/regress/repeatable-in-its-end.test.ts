// A body that failed in every other run of the same order, after the same steps, passed for repeatable. And where only what had been left outside differed, the
// message named the same step, or the same end, twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcast, go, MisuseError, type Operation, yieldNow } from "offshoot";
import { explore } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const options = { name: "repeatable", keep: false } as const;

for (const remainder of [0, 1])
  test(`a body whose runs fail where their number modulo 2 is ${remainder} is not repeatable`, async () => {
    let runs = 0;
    const body = function* (): Operation<void> {
      yield* yieldNow();
      if (++runs % 2 === remainder) throw new RangeError("every other time");
    };
    const { message } = await rejected(MisuseError, explore(body, options));
    assert.match(message, /^explore: the body is not repeatable: of two runs of the same order one came to /);
    assert.match(message, /error: RangeError: every other time/);
  });

test("a body that fails otherwise each time is not repeatable", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    yield* yieldNow();
    throw new RangeError(`run ${++runs}`);
  };
  const { message } = await rejected(MisuseError, explore(body, options));
  assert.match(message, /one came to error: RangeError: run 1, and the other to error: RangeError: run 2\./);
});

test("a body that fails in the same way each time is repeatable", async () => {
  const body = function* (): Operation<void> {
    yield* yieldNow();
    throw new RangeError("always");
  };
  assert.equal((await explore(body, options)).failure?.kind, "error");
});

test("a body that subscribes to what was made outside is told so", async () => {
  const news = broadcast<number>({ name: "news", buffer: 1 });
  const body = function* (): Operation<number> {
    const receiver = news.subscribe();
    go(() => news.send(1));
    return yield* receiver.receive();
  };
  const { failure } = await explore(body, options);
  assert.equal(failure?.kind, "misuse");
  assert.match(String(failure?.error), /"news" was made outside the run/);
});
