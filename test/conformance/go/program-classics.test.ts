// Small programs every tutorial has: walking two trees side by side, workers that drain one channel, the first of several answers, and the like.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, type Operation, type Receiver, run, type Sender, select, sleep } from "offshoot";
import { Random } from "../../../src/base/random.ts";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

interface Tree {
  readonly left: Tree | null;
  readonly value: number;
  readonly right: Tree | null;
}

function insert(tree: Tree | null, value: number): Tree {
  if (tree === null) return { left: null, value, right: null };
  if (value < tree.value) return { ...tree, left: insert(tree.left, value) };
  return { ...tree, right: insert(tree.right, value) };
}

/** A search tree of the multiples of k up to 100 k, shaped by the seed. */
function grow(k: number, seed: number): Tree {
  const random = new Random(seed);
  const values = Array.from({ length: 100 }, (_, i) => (i + 1) * k);
  let tree: Tree | null = null;
  while (values.length > 0) tree = insert(tree, values.splice(random.below(values.length), 1)[0]!);
  return tree as unknown as Tree;
}

function* walk(tree: Tree | null, out: Sender<number>): Operation<void> {
  if (tree === null) return;
  yield* walk(tree.left, out);
  yield* out.send(tree.value);
  yield* walk(tree.right, out);
}

function* walker(tree: Tree, out: Sender<number>): Operation<void> {
  yield* walk(tree, out);
  out.close();
}

/** Do two trees hold the same values? Stops at the first that differs, and then its walkers are cancelled. */
function* same(a: Tree, b: Tree): Operation<boolean> {
  const [x, y] = [channel<number>(), channel<number>()];
  const walkers = [go(walker, a, x), go(walker, b, y)];
  for (;;) {
    const [p, q] = [yield* x.next(), yield* y.next()];
    if (p.done !== true && q.done !== true && p.value === q.value) continue;
    for (const task of walkers) task.cancel();
    return p.done === true && q.done === true;
  }
}

test("trees of other shapes with the same values are the same, in every order of tasks", async () => {
  await orders(10, function* () {
    assert.equal(yield* same(grow(1, 1), grow(1, 2)), true);
    assert.equal(yield* same(grow(1, 3), grow(2, 3)), false);
    assert.equal(yield* same(grow(1, 1), insert(grow(1, 2), 1_000)), false);
    assert.equal(yield* same(insert(grow(1, 2), 55.5), grow(1, 1)), false);
  });
});

test("a tree that degenerates to a list of 2 000 is walked through 2 000 nested calls", async () => {
  let tree: Tree | null = null;
  for (let n = 0; n < 2_000; n++) tree = { left: tree, value: n, right: null };
  const got = await simulate(function* () {
    const c = channel<number>();
    go(walker, tree as Tree, c);
    const got: number[] = [];
    for (let next = yield* c.next(); next.done !== true; next = yield* c.next()) got.push(next.value);
    return got;
  });
  assert.deepEqual(
    got,
    Array.from({ length: 2_000 }, (_, n) => n),
  );
});

test("workers that drain one channel share the work, and all stop at its close", async () => {
  for (const capacity of [0, 10]) {
    const done = Array<number>(5).fill(0);
    const results = await simulate(function* () {
      const jobs = channel<number>(capacity);
      const results = channel<number>(capacity);
      const workers = done.map((_, i) =>
        go(function* () {
          for (let job = yield* jobs.next(); job.done !== true; job = yield* jobs.next()) {
            yield* sleep(1 + (job.value % 3));
            yield* results.send(job.value ** 2);
            done[i]!++;
          }
        }),
      );
      go(function* () {
        for (let n = 0; n < 100; n++) yield* jobs.send(n);
        jobs.close();
        for (const worker of workers) yield* worker;
        results.close();
      });
      const got: number[] = [];
      for (let next = yield* results.next(); next.done !== true; next = yield* results.next()) got.push(next.value);
      return got.sort((a, b) => a - b);
    });
    assert.deepEqual(
      results,
      Array.from({ length: 100 }, (_, n) => n * n),
    );
    assert.equal(
      done.reduce((a, b) => a + b),
      100,
    );
    for (const share of done) assert.ok(share >= 10, `${done}`);
  }
});

test("two talkers who sleep between words take turns", async () => {
  const said: string[] = [];
  await simulate(function* () {
    function* say(word: string): Operation<void> {
      for (let i = 0; i < 3; i++) {
        yield* sleep(100);
        said.push(word);
      }
    }
    go(say, "world");
    yield* say("hello");
  });
  assert.equal(said.join(" "), "hello world hello world hello world");
});

test("a sum in two halves is the sum of the whole", async () => {
  const parts = await run(function* () {
    const numbers = [7, 2, 8, -9, 4, 0];
    const sums = channel<number>();
    function* sum(list: readonly number[]): Operation<void> {
      yield* sums.send(list.reduce((a, b) => a + b, 0));
    }
    go(sum, numbers.slice(0, 3));
    go(sum, numbers.slice(3));
    return [yield* sums.receive(), yield* sums.receive()];
  });
  assert.deepEqual(parts, [17, -5]);
});

test("a generator of permutations is left early by its reader without a leak", async () => {
  const first = await simulate(function* () {
    function* permute(rest: readonly string[], done: string, out: Sender<string>): Operation<void> {
      if (rest.length === 0) yield* out.send(done);
      for (const [i, letter] of rest.entries())
        yield* permute(
          rest.filter((_, n) => n !== i),
          done + letter,
          out,
        );
    }
    return yield* group(function* (g) {
      const words: Receiver<string> & Sender<string> = channel<string>();
      g.daemon(permute, [..."abcdefgh"], "", words);
      const first: string[] = [];
      while (first.length < 5) first.push(yield* words.receive());
      return first;
    });
  });
  assert.deepEqual(first, ["abcdefgh", "abcdefhg", "abcdegfh", "abcdeghf", "abcdehfg"]);
});

test("the first answer of three replicas is taken; the slower ones are told to stop", async () => {
  const stopped: string[] = [];
  const got = await simulate(function* () {
    return yield* group(function* (g) {
      const answers = channel<string>();
      for (const [name, ms] of [
        ["far", 300],
        ["near", 20],
        ["middle", 90],
      ] as const) {
        g.go(function* () {
          try {
            yield* sleep(ms);
            yield* answers.send(name);
          } catch (error) {
            stopped.push(name);
            throw error;
          }
        });
      }
      const got = yield* select({ answer: answers.receive(), late: sleep(1_000) });
      g.cancel();
      return got;
    });
  });
  assert.deepEqual(got, { key: "answer", value: "near" });
  assert.deepEqual(stopped, ["far", "middle"]);
});
