// Errors that come from workers, threads and processes alike: what they are, what they hold, and what their stacks show.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Operation, run, TimeoutError } from "offshoot";
import { Pool, registerError, remote } from "offshoot/parallel";
import { caught, rejected } from "../../support/caught.ts";
import { NotFound, Unknown } from "./error-jobs.ts";

registerError(NotFound);
const jobs = remote<typeof import("./error-jobs.ts")>(new URL("./error-jobs.ts", import.meta.url));
const pools = { threads: new Pool({ threads: 1 }), processes: new Pool({ processes: 1 }) };
after(() => Promise.all(Object.values(pools).map((pool) => pool.close())));

for (const [where, pool] of Object.entries(pools)) {
  test(`an error of a registered class has its methods, its fields, its cause and the fields of that (${where})`, async () => {
    await run(function* () {
      const error = yield* caught(NotFound, pool.run(jobs.notFound, "x"));
      assert.deepEqual([error.message, error.path, error.status, error.url], ["no x", "x", 404, "file:x"]);
      const cause = error.cause as Error & { code: string; errno: number };
      assert.ok(cause instanceof Error);
      assert.deepEqual([cause.message, cause.code, cause.errno], ["disk", "EIO", -5]);
      assert.match(cause.stack ?? "", /notFound .*error-jobs\.ts/);
    });
  });

  test(`an error of a class that nobody has registered is one of the nearest class (${where})`, async () => {
    await run(function* () {
      const error = yield* caught(TypeError, pool.run(jobs.unknown));
      assert.ok(!(error instanceof Unknown));
      assert.deepEqual([error.name, error.message, (error as Unknown).hint], ["Unknown", "what is it?", "look it up"]);
    });
  });

  test(`an AggregateError holds all that it held, with their classes (${where})`, async () => {
    await run(function* () {
      const error = yield* caught(AggregateError, pool.run(jobs.several));
      const [first, second, third, fourth] = error.errors;
      assert.ok(first instanceof NotFound && first.path === "a");
      assert.ok(second instanceof AggregateError && second.errors[0] instanceof TypeError);
      assert.deepEqual([third, fourth, error.errors.length, error.message], ["a text", { code: 3 }, 4, "outer"]);
      assert.ok(error.cause instanceof SyntaxError);
    });
  });

  test(`an error of Node has its code and what else it says (${where})`, async () => {
    await run(function* () {
      const error = (yield* caught(Error, pool.run(jobs.systemError))) as NodeJS.ErrnoException;
      assert.deepEqual(
        [error.code, error.syscall, error.path, typeof error.errno],
        ["ENOENT", "open", "/there/is/no/such/file", "number"],
      );
    });
  });

  test(`errors of this package are of their classes (${where})`, async () => {
    await run(function* () {
      for (const f of [jobs.tooLate, jobs.failsInARun])
        assert.equal((yield* caught(TimeoutError, pool.run(f as typeof jobs.tooLate))).code, "OFFSHOOT_ERR_TIMEOUT");
      const error = yield* caught(Error, pool.run(jobs.coded));
      assert.equal((error as { code?: string }).code, "OFFSHOOT_ERR_CODED");
    });
  });

  test(`what is no error is thrown as it is (${where})`, async () => {
    for (const value of ["a text", 5, null, undefined, { code: 3 }]) {
      const thrown = await pool.run(jobs.throwsValue, value).then(
        () => assert.fail("answered"),
        (reason: unknown) => ({ reason }),
      );
      assert.deepEqual(thrown, { reason: value });
    }
    const { message } = await rejected(RangeError, pool.run(jobs.frozen).then(String));
    assert.equal(message, "frozen");
  });

  test(`the stack shows the frames of the worker, and then the place of the call (${where})`, async () => {
    const both =
      /^RangeError: at the bottom\n +at deepest \(.*error-jobs\.ts:\d+:\d+\)\n[\s\S]*called from\]\n[\s\S]*at .*errors\.test\.ts:\d+:\d+/;
    const callsFrom = function* callsFrom(op: Operation<unknown>): Operation<string> {
      return (yield* caught(RangeError, op)).stack ?? "";
    };
    await run(function* () {
      assert.match(yield* callsFrom(pool.run(jobs.deepest, 2)), both);
      assert.match(
        yield* callsFrom(pool.run(jobs.deepest, 2)),
        /called from\]\n(?: +at .*caught\.ts.*\n)? +at callsFrom \(/,
      );
      assert.match(yield* callsFrom(pool.each(jobs.deepest, 2)), both);
    });
    const awaited = async function awaited(): Promise<number> {
      return await pool.run(jobs.deepest, 2);
    };
    assert.match((await rejected(RangeError, awaited())).stack ?? "", /called from\]\n +at awaited \(/);
    const { stack = "" } = await rejected(RangeError, pool.go(jobs.deepest, 3).then(String));
    assert.equal(stack.match(/at deepest/g)?.length, 4);
    assert.doesNotMatch(stack.replace(/ \(owned by[\s\S]*/, ""), /src\/parallel/); // nothing of this package
  });

  test(`the first failure of map and each is thrown as it is (${where})`, async () => {
    for (const options of [{}, { chunk: 3 }, { ordered: false }]) {
      const error = await rejected(
        NotFound,
        (async () => {
          for await (const n of pool.map(jobs.noSeven, [1, 2, 3, 7, 8, 9], options)) assert.ok(n < 7 || n > 7);
        })(),
      );
      assert.equal(error.path, "seven");
    }
    assert.equal((await rejected(NotFound, pool.each(jobs.noSeven, 7).then(String))).path, "seven");
  });
}
