// Random histories of boxes: linked, unlinked, resized, ended, while tasks put, send, receive and select. After each step the invariants hold; in the end each message
// is in one place: received, in a box, discarded and counted, or refused. Messages of one sender to one box stay in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, go, MisuseError, type Operation, select, sleep, type Task } from "offshoot";
import {
  type AnyComponent,
  BoxAlreadyLinkedError,
  type Link,
  LinkCycleError,
  NoSpaceInBoxError,
} from "offshoot/component";
import { Random } from "../../src/base/random.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { checkAll, insideOf, Lasting, lostAt } from "../support/components.ts";

const EXPECTED = [ClosedError, MisuseError, BoxAlreadyLinkedError, LinkCycleError, NoSpaceInBoxError] as const;

class History {
  readonly #random: Random;
  readonly #wirer: AnyComponent = new Lasting();
  readonly #all: Lasting[] = Array.from({ length: 5 }, () => new Lasting());
  readonly #started: Task<void>[] = [];
  readonly #links: Link[] = [];
  readonly #tasks: Task<void>[] = [];
  #given = 0;
  #taken = 0;
  #refused = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  *run(): Operation<void> {
    for (const one of this.#all) this.#started.push(one.start());
    for (let step = 0; step < 60; step++) {
      this.#step();
      checkAll(...this.#all);
      if (this.#random.below(3) === 0) yield* sleep(1);
      checkAll(...this.#all);
    }
    for (const task of this.#tasks) task.cancel();
    yield* sleep(1);
    checkAll(...this.#all);
    for (const one of this.#all)
      for (const { messages, putters, receivers } of insideOf(one).boxes) {
        this.#taken += messages.size;
        assert.deepEqual([putters.size, receivers.size], [0, 0]);
      }
    const lost = this.#all.flatMap((one) => insideOf(one).boxes.map(({ name }) => lostAt(one, name)));
    assert.equal(this.#taken + this.#refused + lost.reduce((sum, n) => sum + n, 0), this.#given);
    for (const one of this.#started) one.cancel();
  }

  #any(): Lasting {
    return this.#all[this.#random.below(this.#all.length)] as Lasting;
  }

  #step(): void {
    const [one, other] = [this.#any(), this.#any()];
    const act = this.#random.below(12);
    if (act < 3) this.#link(one, other);
    else if (act === 3) this.#unlink();
    else if (act === 4) one.setInboxSize("inbox", ([null, 0, 1, 3] as const)[this.#random.below(4)] ?? null);
    else if (act === 5) this.#send(one);
    else if (act === 6) for (const _ of one.drain()) this.#taken++;
    else if (act < 9) this.#begin(() => this.#put(one));
    else if (act === 9) this.#begin(() => this.#receive(one));
    else if (act === 10) this.#begin(() => this.#choose(one, other));
    else if (this.#random.below(4) === 0) this.#tasks[this.#random.below(this.#tasks.length || 1)]?.cancel();
    else if (this.#random.below(8) === 0) this.#started[this.#random.below(this.#started.length)]?.cancel();
  }

  #link(one: Lasting, other: Lasting): void {
    const from = (["outbox", "inbox"] as const)[this.#random.below(2)] as "outbox";
    const to = (["inbox", "inbox", "outbox"] as const)[this.#random.below(3)] as "inbox";
    const size = this.#random.below(3) === 0 && (to as string) === "inbox" ? { size: this.#random.below(3) } : {};
    allowed(() => this.#links.push(this.#wirer.link([one, from], [other, to], size)));
  }

  #unlink(): void {
    const [link] = this.#links.splice(this.#random.below(this.#links.length || 1), 1);
    if (link !== undefined) this.#wirer.unlink(link);
  }

  #send(one: Lasting): void {
    this.#given++;
    if (!allowed(() => one.send("sent"))) this.#refused++;
  }

  #begin(body: () => Operation<void>): void {
    this.#tasks.push(go(body));
  }

  *#put(one: Lasting): Operation<void> {
    yield* one.put("put");
    this.#given++;
  }

  *#receive(one: Lasting): Operation<void> {
    if (!(yield* one.next()).done) this.#taken++;
  }

  *#choose(one: Lasting, other: Lasting): Operation<void> {
    const { key, value } = yield* select({ next: one.next(), put: other.put("chosen"), again: one.put("again") });
    if (key !== "next") this.#given++;
    else if (!value.done) this.#taken++;
  }
}

/** Does what may be refused. */
function allowed(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    assert.ok(
      EXPECTED.some((kind) => error instanceof kind),
      String(error),
    );
    return false;
  }
}

test("in hundreds of random histories no message is lost unseen or comes twice", async () => {
  for (let seed = 0; seed < 600; seed++) {
    try {
      await simulate(() => new History(seed).run(), seed % 2 === 0 ? {} : { seed });
    } catch (error) {
      throw new Error(`in the history of seed ${seed}`, { cause: error });
    }
  }
});
