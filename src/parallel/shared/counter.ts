// A number in shared memory.
//
// A number takes two words, which no thread can write at once. So there are two copies; VERSION says which one counts, and moving on is one store. Writers take turns
// by a spin lock. Whoever dies holding it has either moved on or changed nothing.

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { BODY, defineKind, SharedObject } from "../directory.ts";
import { steps } from "../steps.ts";
import { Makings, makingsOf } from "./makings.ts";
import { SpinLock } from "./spin-lock.ts";

const LOCK = BODY;
const VERSION = BODY + 1;
/** In words of eight bytes. */
const COPIES = (BODY + 2) / 2;
const WORDS = BODY + 6;

const KIND = "counter";

/**
 * A number that threads share: each call is atomic, so nothing is lost. It may be given to any thread, as an argument of a call or in a message.
 *
 * Any number will do: whole ones are exact up to 2^53. No call waits for longer than another thread takes for one. O(1).
 *
 * @example
 * const done = new SharedCounter();
 * yield* all(files.map((file) => pool.run(jobs.convert, file, done)));
 * console.log(done.get());
 */
export class SharedCounter extends SharedObject {
  declare private readonly lock: SpinLock;
  declare private readonly numbers: Float64Array;

  /** @throws {@link MisuseError} if the initial value (default: 0) is no number */
  constructor(initial = 0) {
    const given = (initial as unknown) instanceof Makings ? (initial as unknown as Makings) : null;
    const { memory, name, id } = given ?? makingsOf(undefined, "SharedCounter", "shared counter", WORDS);
    super(KIND, memory, name, id);
    this.numbers = new Float64Array(memory);
    this.lock = new SpinLock(this.words, LOCK, () => {});
    if (given !== null) return;
    checkNumber(initial, "SharedCounter: the initial value");
    this.numbers[COPIES] = initial;
  }

  /** Adds `n`, which may be negative, and answers the sum. */
  add(n: number): number {
    checkNumber(n, "SharedCounter.add: what is added");
    this.lock.lock();
    const sum = this.current + n;
    this.put(sum);
    this.lock.unlock();
    return sum;
  }

  get(): number {
    for (;;) {
      const version = Atomics.load(this.words, VERSION);
      const value = this.numbers[COPIES + (version & 1)] as number;
      if (Atomics.load(this.words, VERSION) === version) return value;
    }
  }

  set(n: number): void {
    checkNumber(n, "SharedCounter.set: the value");
    this.lock.lock();
    this.put(n);
    this.lock.unlock();
  }

  /** Sets it to `n` if it is `expected` now, and says whether it was. Told by `Object.is`: NaN is NaN, and 0 is not -0. */
  compareAndSet(expected: number, n: number): boolean {
    checkNumber(expected, "SharedCounter.compareAndSet: the expected value");
    checkNumber(n, "SharedCounter.compareAndSet: the new value");
    this.lock.lock();
    const isSame = Object.is(this.current, expected);
    if (isSame) this.put(n);
    this.lock.unlock();
    return isSame;
  }

  protected mendFor(): void {
    // whoever needs the lock takes it over
  }

  private get current(): number {
    return this.numbers[COPIES + ((this.words[VERSION] as number) & 1)] as number;
  }

  /** With the lock. */
  private put(n: number): void {
    const version = this.words[VERSION] as number;
    this.numbers[COPIES + ((version + 1) & 1)] = n;
    if (steps.at !== null) steps.at("counter: written");
    Atomics.store(this.words, VERSION, (version + 1) | 0);
    if (steps.at !== null) steps.at("counter: set");
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared counter, ${this.get()}]`;
  }
}

defineKind(KIND, (memory, name, id) => new SharedCounter(new Makings(memory, name, id) as unknown as number));

function checkNumber(n: unknown, what: string): void {
  if (typeof n !== "number") throw misuse(`${what} must be a number, got ${describeValue(n)}.`);
}
