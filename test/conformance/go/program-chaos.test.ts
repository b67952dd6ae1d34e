// Chaos: tasks that open groups, fail, cancel, close and give up channels as the seed says. Whatever comes of it, every body that started was cleaned up,
// every task has ended, and every value given is accounted for.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  DeadlockError,
  dropping,
  go,
  group,
  MisuseError,
  OffshootError,
  type Operation,
  type Selectable,
  select,
  selectNow,
  shield,
  sleep,
  sliding,
  type Task,
  unbounded,
  yieldNow,
} from "offshoot";
import { Random } from "../../../src/base/random.ts";
import { simulate } from "../../../src/testing/simulate.ts";

class Failure extends Error {}

/** What chaos may bring about, alone or several at once. Anything else is a fault of the library. */
function expected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(expected);
  if (error instanceof MisuseError) return /closed before/.test(error.message);
  return error instanceof Failure || (error instanceof OffshootError && !(error instanceof DeadlockError));
}

class Chaos {
  readonly random: Random;
  readonly channels: (Channel<number> & { check(): void })[];
  readonly tasks: Task<unknown>[] = [];
  readonly sent: number[] = [];
  readonly received: number[] = [];
  opened = 0;
  cleaned = 0;
  private last = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    const buffers = [0, 1, 2, 0, dropping(2), sliding(2), unbounded()];
    this.channels = buffers.map((buffer) => channel<number>(buffer) as Channel<number> & { check(): void });
  }

  /** True once in n times. */
  once(n: number): boolean {
    return this.random.below(n) === 0;
  }

  channel(): Channel<number> {
    return this.channels[this.random.below(this.channels.length)]!;
  }

  leaf(): Selectable<unknown> {
    const c = this.channel();
    const what = this.random.below(6);
    const value = ++this.last;
    if (what < 3) return c.send(value).map(() => this.sent.push(value));
    if (what < 5) return c.receive().map((got) => this.received.push(got));
    return c.next().map((got) => (got.done === true ? 0 : this.received.push(got.value)));
  }

  *body(level: number): Operation<void> {
    this.opened++;
    try {
      for (let n = 0; n < 8; n++) {
        try {
          yield* this.act(level);
        } catch (error) {
          if (this.once(3) || !expected(error)) throw error;
        }
      }
    } finally {
      this.cleaned++;
    }
  }

  *act(level: number): Operation<void> {
    const what = this.random.below(22);
    if (what < 10) yield* select([this.leaf(), select([this.leaf(), this.leaf()]), sleep(this.random.below(40))]);
    else if (what === 10) yield* yieldNow();
    else if (what === 11) selectNow([this.leaf(), this.leaf()]);
    else if (what === 12 && this.once(3)) this.tasks[this.random.below(this.tasks.length)]?.cancel(what);
    else if (what === 13 && this.once(5))
      this.channel().close(this.once(2) ? new Failure("closed with it") : undefined);
    else if (what === 14 && this.once(5)) this.channel().cancel();
    else if (what === 15) yield* shield(select([this.leaf(), sleep(3)]));
    else if (what === 16 && this.once(10)) throw new Failure("thrown");
    else if (what === 17 && level > 0) this.tasks.push(go(() => this.body(level - 1)));
    else if (what > 17 && level > 0) yield* this.family(level - 1);
  }

  *family(level: number): Operation<void> {
    const chaos = this;
    const failures = this.once(2) ? "isolate" : "cancel";
    yield* group(
      function* (g) {
        for (let i = chaos.random.below(3); i >= 0; i--) {
          const body = (): Operation<void> => chaos.body(level);
          chaos.tasks.push(chaos.once(4) ? g.daemon(body) : g.go(body));
        }
        if (chaos.once(2)) yield* select([chaos.leaf(), sleep(9)]);
        if (chaos.once(4)) g.cancel();
      },
      { failures, limit: 1 + this.random.below(2) },
    );
  }

  *program(): Operation<void> {
    const chaos = this;
    yield* group(
      function* (g) {
        for (let i = 0; i < 5; i++) chaos.tasks.push(g.go(() => chaos.body(2)));
      },
      { failures: "isolate" },
    );
  }

  verify(): void {
    assert.equal(this.cleaned, this.opened);
    for (const task of this.tasks) assert.match(task.status, /succeeded|failed|cancelled/);
    let sent = 0;
    let gone = 0; // received or dropped
    for (const c of this.channels) {
      const { waitingSenders, waitingReceivers, ...counts } = c.stats();
      assert.deepEqual([waitingSenders, waitingReceivers], [0, 0]);
      assert.equal(counts.sent - counts.received - counts.dropped, c.length);
      sent += counts.sent;
      gone += counts.received;
    }
    assert.equal(sent, this.sent.length);
    assert.equal(gone, this.received.length);
    assert.equal(new Set(this.received).size, this.received.length, "a value came twice");
    const given = new Set(this.sent);
    for (const value of this.received) assert.ok(given.has(value), `${value} was never given`);
  }
}

test("300 seeds of chaos, in random orders and in production's, end in order", async () => {
  let opened = 0;
  let failed = 0;
  for (let seed = 0; seed < 300; seed++) {
    let chaos!: Chaos;
    try {
      const check = (): void => chaos.channels.forEach((c) => void c.check());
      await simulate(
        () => {
          chaos = new Chaos(seed);
          return chaos.program();
        },
        { seed: seed % 4 === 0 ? undefined : seed, check },
      );
    } catch (error) {
      if (!expected(error)) throw new Error(`seed ${seed}`, { cause: error });
      failed++;
    }
    chaos.verify();
    opened += chaos.opened;
  }
  assert.ok(opened > 2_000, `${opened} bodies`);
  assert.ok(failed > 30 && failed < 270, `${failed} runs failed`);
});
