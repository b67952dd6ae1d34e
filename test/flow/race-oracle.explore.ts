// Random races over channels against an oracle: whatever is sent is received once, in the order of its channel, and nothing is left waiting.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, type Channel, channel, go, type Operation, race, type Selectable, sleep, timeout } from "offshoot";
import { Random } from "../../src/base/random.ts";
import { explored } from "../support/explored.ts";

type Item = { readonly channel: number; readonly n: number };

/** One way to wait for the first of some channels. Leaves only, so that no value may be lost. */
type Way = (leaves: readonly Selectable<Item>[], chance: Random) => Operation<Item | null>;

const none = (ms: number): Selectable<null> => sleep(ms).map(() => null);

const ways: readonly Way[] = [
  (leaves) => race(leaves),
  (leaves) => any(leaves),
  (leaves, chance) => race([...leaves, none(chance.below(3))]),
  (leaves, chance) => any<Operation<Item | null>>([...leaves, composed(chance.below(3))]),
  (leaves, chance) => race<Operation<Item | null>>([composed(chance.below(3)), ...leaves]),
  (leaves, chance) => race([race(leaves), timeout(10_000 + chance.below(5), race(leaves))]),
  (leaves, chance) => late(timeout(chance.below(3), race(leaves))),
  (leaves, chance) => race(leaves.map((leaf) => timeout(10_000 + chance.below(5), leaf))),
  (leaves) => any([failing(), ...leaves]),
];

function* composed(ms: number): Operation<null> {
  yield* sleep(ms);
  return null;
}

function* failing(): Operation<never> {
  yield* sleep(1);
  throw new Error("lived with");
}

function* late(op: Operation<Item>): Operation<Item | null> {
  try {
    return yield* op;
  } catch {
    return null;
  }
}

test("random races, timeouts and anys over channels lose no value and take none twice", async () => {
  let program = 0;
  const outcomes = await explored(2_000, (watch) => {
    const chance = new Random(program++);
    const channels: Channel<Item>[] = Array.from({ length: 1 + chance.below(3) }, () =>
      watch(channel<Item>(chance.below(3))),
    );
    const each = 1 + chance.below(4);
    const received: Item[][] = channels.map(() => []);
    let left = channels.length * each;
    return function* () {
      for (const [at, ch] of channels.entries()) {
        go(function* () {
          for (let n = 0; n < each; n++) {
            if (chance.below(2) === 0) yield* sleep(chance.below(4));
            yield* ch.send({ channel: at, n });
          }
        });
      }
      const receivers = Array.from({ length: 1 + chance.below(3) }, () =>
        go(function* () {
          while (left > 0) {
            const way = ways[chance.below(ways.length)] as Way;
            const item = yield* race([
              way(
                channels.map((ch) => ch.receive()),
                chance,
              ),
              none(5_000),
            ]);
            if (item === null) continue;
            received[item.channel]?.push(item);
            left--;
          }
        }),
      );
      for (const receiver of receivers) yield* receiver;
      for (const [at, ch] of channels.entries()) {
        const got = (received[at] as Item[]).map(({ n }) => n);
        assert.deepEqual([...got].sort(), [...Array(each).keys()], `channel ${at}: ${got}`);
        assert.equal(ch.stats().waitingReceivers + ch.stats().waitingSenders + ch.length, 0);
      }
      return "all received";
    };
  });
  assert.deepEqual([...outcomes.keys()], ['"all received"']);
});
