// The words of a shared mutex, in the orders of two and three threads, one of which may give up, and one of which may die at any of its steps: nobody is inside with
// another, nobody waits for ever, and all are told of a holder's death who come after it, and of no other death.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, named, type Operation } from "offshoot";
import { choose } from "offshoot/testing";
import { slotOf } from "../../../src/parallel/commons.ts";
import * as words from "../../../src/parallel/shared/mutex-words.ts";
import { everyTrace, someOrders } from "./orders.ts";
import { Model, type ModelLine, protocol, type Thread } from "./world.ts";

const { HOLDER, HUNGRY, MUTEX_WORDS, NOT_TAKEN, SLEEPERS, TAKEN } = words;
const { takeMutex, leaveMutex, forgoMutex, mendMutex, repairMutex } = protocol(words);

interface Program {
  /** How often each thread locks. */
  readonly rounds: readonly number[];
  /** The first thread dies before one of its first so many steps, if it takes so many. */
  readonly dies?: number;
  /** Or it dies at this step, when it comes to it for the first time. */
  readonly diesAt?: string;
  /** The second thread repairs the lock when it is told of a death, and goes on. */
  readonly repairs?: boolean;
  /** The last thread gives up before it sleeps or when it has been roused, for the first, second ... time: one of so many. */
  readonly quits?: number;
  /** How often each thread looks in vain before it is hungry. Default: 0. */
  readonly patience?: readonly number[];
}

/** What became of it: how many have had it, were told of a death, and gave up. */
function program({
  rounds,
  dies = 0,
  diesAt,
  repairs = false,
  quits = 0,
  patience = [],
}: Program): () => Operation<string> {
  return function* () {
    const model = new Model(MUTEX_WORDS, rounds.length);
    if (dies > 0) (model.threads[0] as Thread).stepsToLive = choose(dies);
    if (diesAt !== undefined) model.threads[0]?.diesAt(diesAt);
    let [inside, had, told, gone] = [0, 0, 0, 0];
    /** Who has died with it, or 0; and whether the second thread repairs it now, or has. */
    let [dead, isRepaired] = [0, false];
    /** How often each thread has been passed over since it was hungry. */
    const passed = rounds.map(() => 0);
    const lines: ModelLine[] = [];
    const visit = function* (thread: Thread): Operation<void> {
      const { view, slot } = thread;
      let sleeps = quits > 0 && slot === rounds.length - 1 ? choose(quits) : Number.POSITIVE_INFINITY;
      // SharedMutex.forgo
      const line = thread.line(SLEEPERS, HUNGRY, function* () {
        if (yield* forgoMutex(view, thread)) yield* thread.wakeOne(line);
      });
      lines[slot] = line;
      thread.patience = patience[slot] ?? 0;
      const take = (): Operation<number> => takeMutex(view, thread);
      for (let left = rounds[slot] as number; left > 0; ) {
        // SharedMutex.lock
        const taken = yield* thread.wait(line, take, () => sleeps-- === 0);
        if (taken === NOT_TAKEN) {
          gone++;
          return;
        }
        if (taken !== TAKEN) {
          assert.equal(taken, dead);
          told++;
          if (!repairs || slot !== 1) return;
          // SharedMutex.repair
          isRepaired = true;
          assert.ok(yield* repairMutex(view, thread));
          yield* thread.wakeOne(line);
          continue;
        }
        assert.ok(dead === 0 || isRepaired, "taken although a thread has died with it");
        assert.equal(inside, 0);
        for (const other of model.threads)
          if (other !== thread && !other.isDead && lines[other.slot]?.isHungry === true)
            assert.ok(++(passed[other.slot] as number) <= 2, "a hungry thread is passed over again and again");
        passed[slot] = 0;
        had++;
        left--;
        // SharedMutex.unlock
        const next = yield* leaveMutex(view, thread);
        if (next !== 0) yield* thread.rouse(slotOf(next));
        else yield* thread.wakeOne(line);
      }
    };
    yield* group((g) => {
      for (const thread of model.threads) {
        const died = (): void => {
          if (model.peek(HOLDER) === thread.who) dead = thread.who;
        };
        g.go(
          named(`thread ${thread.slot}`, () => model.live(thread, () => visit(thread), died, mendMutex, [SLEEPERS])),
        );
      }
    });
    if (dead === 0 || isRepaired) assert.ok(model.peek(HOLDER) <= 0, "it is held by nobody in the end");
    return `${had} had it, ${told} told, ${gone} gone`;
  };
}

const every = (given: Program): Promise<string[]> => everyTrace(`mutex ${JSON.stringify(given)}`, program(given));
const some = (given: Program): Promise<string[]> => someOrders(`mutex ${JSON.stringify(given)}`, program(given), RUNS);
const RUNS = 1_500;

test("two threads lock, in every order", async () => {
  assert.deepEqual(await every({ rounds: [1, 1] }), ["2 had it, 0 told, 0 gone"]);
});

test("one of two threads gives up, in every order", async () => {
  assert.deepEqual(await every({ rounds: [1, 1], quits: 1 }), ["1 had it, 0 told, 1 gone", "2 had it, 0 told, 0 gone"]);
});

test("two and three threads lock again and again, patient and impatient", async () => {
  assert.deepEqual(await some({ rounds: [2, 2] }), ["4 had it, 0 told, 0 gone"]);
  assert.deepEqual(await some({ rounds: [2, 2, 1], patience: [2, 2, 2] }), ["5 had it, 0 told, 0 gone"]);
});

test("a thread that gives up leaves the lock and its hints to the others", async () => {
  await some({ rounds: [2, 1, 1], quits: 2 });
  await some({ rounds: [1, 1, 1], quits: 4, patience: [9, 9, 9] });
});

test("a thread dies at any step, and its death is told exactly if it held the lock", async () => {
  assert.deepEqual(await some({ rounds: [1, 1], dies: 30 }), [
    "1 had it, 0 told, 0 gone",
    "1 had it, 1 told, 0 gone",
    "2 had it, 0 told, 0 gone",
  ]);
  await some({ rounds: [2, 2], dies: 60 });
  await some({ rounds: [2, 1, 1], dies: 60 });
  await some({ rounds: [1, 1, 1], dies: 8, patience: [0, 9, 9] });
});

test("a thread dies, one gives up, and one repairs the lock", async () => {
  await some({ rounds: [2, 2, 1], dies: 20, repairs: true, quits: 3 });
  await some({ rounds: [2, 1, 1], diesAt: "mutex.kept", quits: 2 });
});
