// What a call cannot take along is refused with the name it has in the call: an argument by its index, a captured value by its name.
// own process: it starts threads

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inline, Pool, remote } from "offshoot/parallel";

const pool = new Pool({ threads: 1 });
after(() => pool.close());

const add = inline((a: unknown, b: unknown) => [a, b]);

test("an argument is told by its index and the path in it", async () => {
  await assert.rejects(
    async () => pool.run(add, 1, { on: [() => 1] }),
    /^MisuseError: Pool\.run: argument 1\.on\[0\] is a function "anonymous", which cannot travel/,
  );
});

test("a captured value is told by its name, and arguments keep their indices beside it", async () => {
  const first = { sign: Symbol("plus") };
  const second = 2;
  const capturing = inline((a: unknown) => [first, second, a], { first, second });
  await assert.rejects(
    async () => pool.run(capturing, 1),
    /^MisuseError: Pool\.run: captured first\.sign is a symbol \(Symbol\(plus\)\)/,
  );
  const fine = inline((a: unknown) => [second, a], { second });
  await assert.rejects(async () => pool.run(fine, Symbol("x")), /Pool\.run: argument 0 is a symbol/);
  assert.deepEqual(await pool.run(fine, { n: 1 }), [2, { n: 1 }]);
});

test("captured values come to each item of a map", async () => {
  const factor = 3;
  const scaled = inline((n: number) => n * factor, { factor });
  const results: number[] = [];
  for await (const result of pool.map(scaled, [1, 2, 3], { chunk: 2 })) results.push(result);
  assert.deepEqual(results, [3, 6, 9]);
});

test("a function for workers is refused with a remedy of its own", async () => {
  const jobs = remote<{ run(): void }>("node:test");
  for (const f of [add, jobs.run])
    await assert.rejects(
      async () => pool.run(add, f, 0),
      /argument 0 is .*, which cannot travel to another thread\. Name it there, with remote\(\) or inline\(\)/,
    );
});

test("in a pool of processes the same names are told", async () => {
  const processes = new Pool({ processes: 1 });
  const kept = [Symbol("x")];
  const capturing = inline((n: number) => [kept, n], { kept });
  await assert.rejects(async () => processes.run(capturing, 1), /Pool\.run: captured kept\[0\] is a symbol/);
  const one = 1;
  assert.equal(
    await processes.run(
      inline((n: number) => n + one, { one }),
      2,
    ),
    3,
  );
  await processes.close();
});
