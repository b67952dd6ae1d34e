// The words of a shared lock for readers and writers, in the orders of two and three threads, one of which may give up, and one of which may die at any of its steps: a
// writer is alone, nobody waits for ever, and all are told of a writer's death who come after it, and of no other death.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, named, type Operation } from "offshoot";
import { choose } from "offshoot/testing";
import { slotOf } from "../../../src/parallel/commons.ts";
import { NOT_TAKEN, TAKEN } from "../../../src/parallel/shared/mutex-words.ts";
import * as words from "../../../src/parallel/shared/rwlock-words.ts";
import { everyTrace, someOrders } from "./orders.ts";
import { Model, type ModelLine, protocol, type Thread } from "./world.ts";

const { HUNGRY_READER, HUNGRY_WRITER, READERS, RWLOCK_WORDS, WRITER, WRITERS } = words;
const {
  enterRwLock,
  forgoRead,
  forgoWrite,
  leaveRead,
  leaveWrite,
  mendRwLock,
  repairRwLock,
  takeKept,
  takeRead,
  takeWrite,
} = protocol(words, { NOT_TAKEN, TAKEN });

interface Program {
  /** What each thread does, one after the other: "w" to write, "t" to try to write, "r" to read. */
  readonly plans: readonly string[];
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

/** What became of it: how often it was written and read, how many were told of a death, gave up, or tried in vain. */
function program({
  plans,
  dies = 0,
  diesAt,
  repairs = false,
  quits = 0,
  patience = [],
}: Program): () => Operation<string> {
  return function* () {
    const model = new Model(RWLOCK_WORDS, plans.length);
    if (dies > 0) (model.threads[0] as Thread).stepsToLive = choose(dies);
    if (diesAt !== undefined) model.threads[0]?.diesAt(diesAt);
    let [written, read, told, gone] = [0, 0, 0, 0];
    let [dead, isRepaired] = [0, false];
    let writer: Thread | null = null;
    const readers = new Set<Thread>();
    const visit = function* (thread: Thread): Operation<void> {
      const { view, slot } = thread;
      let sleeps = quits > 0 && slot === plans.length - 1 ? choose(quits) : Number.POSITIVE_INFINITY;
      const givesUp = (): boolean => sleeps-- === 0;
      thread.patience = patience[slot] ?? 0;
      // SharedRwLock.forgo
      const writers: ModelLine = thread.line(WRITERS, HUNGRY_WRITER, function* () {
        if (!(yield* forgoWrite(view, thread))) return;
        yield* thread.wakeAll(line);
        yield* thread.wakeOne(writers);
      });
      const line = thread.line(READERS, HUNGRY_READER, () => forgoRead(view, thread));
      // SharedRwLock.share
      const share = function* (): Operation<number> {
        return (yield* takeKept(view, thread)) ? TAKEN : yield* takeRead(view, thread);
      };
      yield* enterRwLock(view, thread);
      for (const plan of plans[slot] as string) {
        let taken: number;
        if (plan === "r") taken = yield* thread.wait(line, share, givesUp);
        else if (plan === "w") taken = yield* thread.wait(writers, () => takeWrite(view, thread, true), givesUp);
        else {
          // SharedRwLock.write
          taken = yield* takeWrite(view, thread, false);
          if (taken === NOT_TAKEN && model.peek(WRITER) === ~thread.who) yield* writers.forgo();
          if (taken === NOT_TAKEN) continue;
        }
        if (taken === NOT_TAKEN) {
          gone++;
          return;
        }
        if (taken !== TAKEN) {
          assert.equal(taken, dead);
          told++;
          if (!repairs || slot !== 1) return;
          isRepaired = true;
          assert.ok(yield* repairRwLock(view, thread));
          yield* thread.wakeAll(line);
          yield* thread.wakeOne(writers);
          continue;
        }
        assert.ok(
          dead === 0 || isRepaired || (plan === "r" && readers.size > 0),
          "taken although a thread has died writing",
        );
        assert.equal(writer, null);
        if (plan === "r") {
          read++;
          readers.add(thread);
          yield* view.pause();
          readers.delete(thread);
          yield* leaveRead(view, thread);
        } else {
          written++;
          assert.equal(readers.size, 0);
          writer = thread;
          yield* view.pause();
          writer = null;
          // SharedRwLock.leave
          const next = yield* leaveWrite(view, thread, false);
          yield* thread.wakeAll(line);
          if (next !== 0) yield* thread.rouse(slotOf(next));
          else yield* thread.wakeOne(writers);
        }
      }
    };
    yield* group((g) => {
      for (const thread of model.threads) {
        const died = (): void => {
          readers.delete(thread);
          if (writer === thread) writer = null;
          if (model.peek(WRITER) === thread.who) dead = thread.who;
        };
        g.go(
          named(`thread ${thread.slot}`, () =>
            model.live(thread, () => visit(thread), died, mendRwLock, [WRITERS, READERS]),
          ),
        );
      }
    });
    if (dead === 0 || isRepaired) assert.ok(model.peek(WRITER) <= 0, "nobody writes in the end");
    return `${written} written, ${read} read, ${told} told, ${gone} gone`;
  };
}

const every = (given: Program): Promise<string[]> => everyTrace(`rwlock ${JSON.stringify(given)}`, program(given));
const some = (given: Program, runs = 1_000): Promise<string[]> =>
  someOrders(`rwlock ${JSON.stringify(given)}`, program(given), runs);

test("of two threads that try to write at least one does, in every order", async () => {
  assert.deepEqual(await every({ plans: ["t", "t"] }), [
    "1 written, 0 read, 0 told, 0 gone",
    "2 written, 0 read, 0 told, 0 gone",
  ]);
});

test("two and three threads write and read, patient and impatient", async () => {
  assert.deepEqual(await some({ plans: ["w", "w"] }), ["2 written, 0 read, 0 told, 0 gone"]);
  assert.deepEqual(await some({ plans: ["wr", "rw"] }), ["2 written, 2 read, 0 told, 0 gone"]);
  assert.deepEqual(await some({ plans: ["wr", "rw", "wr"] }), ["3 written, 3 read, 0 told, 0 gone"]);
  assert.deepEqual(await some({ plans: ["ww", "rr", "r"], patience: [2, 2, 2] }), [
    "2 written, 3 read, 0 told, 0 gone",
  ]);
});

test("who only tries leaves nothing behind", async () => {
  assert.deepEqual(await some({ plans: ["r", "tr"] }), [
    "0 written, 2 read, 0 told, 0 gone",
    "1 written, 2 read, 0 told, 0 gone",
  ]);
  await some({ plans: ["wt", "rw", "r"], quits: 3 });
});

test("a thread that gives up lets the others in", async () => {
  await some({ plans: ["r", "w"], quits: 3 });
  await some({ plans: ["rr", "rr", "w"], quits: 3 });
  await some({ plans: ["www", "w"], quits: 2 }, 2_000);
  await some({ plans: ["ww", "ww", "r"], quits: 4, patience: [9, 9, 9] });
});

test("a thread dies at any step, and its death is told exactly if it was writing", async () => {
  await some({ plans: ["wr", "rw"], dies: 60 });
  await some({ plans: ["w", "w", "r"], dies: 40 });
  await some({ plans: ["r", "w", "r"], dies: 40 });
  await some({ plans: ["w", "w", "w"], dies: 9, patience: [0, 9, 9] }, 3_000);
});

test("a thread dies, one gives up, and one repairs the lock", async () => {
  await some({ plans: ["w", "rw", "w"], dies: 40, repairs: true, quits: 3 });
  await some({ plans: ["w", "ww", "r"], dies: 40, repairs: true, quits: 3 });
  await some({ plans: ["w", "w", "r"], diesAt: "rwlock.freed", quits: 3 }, 3_000);
  await some({ plans: ["w", "w", "w"], diesAt: "rwlock.freed", quits: 1, patience: [9, 9, 0] }, 2_000);
});
