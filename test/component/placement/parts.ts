// Parts that the tests place: as tasks, in threads and in processes, from the same source.

import { isMainThread, threadId } from "node:worker_threads";
import { ClosedError, type Operation, shield, sleep } from "offshoot";
import {
  box,
  Component,
  component,
  isShutdown,
  pipeline,
  producerFinished,
  type Signal,
  services,
} from "offshoot/component";

/** Multiplies what it is given. */
export class Multiplier extends Component<{ inbox: number }, { outbox: number }> {
  readonly #factor: number;

  constructor(factor: number) {
    super();
    this.#factor = factor;
  }

  override *main(): Operation<void> {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value * this.#factor);
  }
}

/** Sends what is even on, and the rest to `odd`. */
export const Sorter = component(
  { inboxes: { inbox: box<number>() }, outboxes: { outbox: box<number>(), odd: box<number>("the odd ones") } },
  function* sorter(self): Operation<void> {
    for (let n = yield* self.next(); !n.done; n = yield* self.next())
      yield* n.value % 2 === 0 ? self.put(n.value) : self.put(n.value, "odd");
  },
);

/** A generator function is the main of a part. */
export function* adder(self: Component<{ inbox: number }, { outbox: number }>, summand: number): Operation<void> {
  for (let n = yield* self.next(); !n.done; n = yield* self.next()) yield* self.put(n.value + summand);
}

export function* counting(self: Component<{ inbox: never }, { outbox: number }>, count: number): Operation<void> {
  for (let i = 1; i <= count; i++) yield* self.put(i);
}

/** Sends without waiting, and says at which message there was no room. */
export function* pouring(self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
  for (let i = 1; ; i++) {
    try {
      self.send(i);
    } catch (error) {
      (error as Error & { at: number }).at = i;
      throw error;
    }
  }
}

/** Takes so many, and ends. */
export function* taking(self: Component<{ inbox: unknown }, { outbox: unknown }>, count: number): Operation<void> {
  for (let i = 0; i < count; i++) yield* self.put(yield* self.receive());
}

/** In the manner of Axon: looks, sends, and pauses. */
export class Pauser extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (;;) {
      while (this.dataReady() > 0) {
        const n = this.recv();
        while (this.isFull()) yield* this.pause();
        this.send(n + 1);
      }
      yield* this.pause();
    }
  }
}

/** Reads its control itself. */
export class Listener extends Component<{ inbox: number }, { outbox: string }> {
  constructor() {
    super({ handlesControl: true });
  }

  override *main(): Operation<void> {
    const signal = yield* this.receive("control");
    const seen = [...this.drain()];
    yield* this.put(`${(signal as Signal).kind} after ${seen.join(" ")}`);
    if (isShutdown(signal)) return;
    this.send(producerFinished("the listener"), "signal");
  }
}

/** A box with a size, which only its module knows. */
export class Narrow extends Component<{ inbox: number }, { outbox: number }> {
  constructor() {
    super({ inboxes: { inbox: { size: 3 } } });
  }

  override *main(): Operation<void> {
    yield* this.next("control");
  }
}

export class Trouble extends Error {
  readonly fields = { depth: 3 };
}

export function* failing(self: Component<{ inbox: string }, { outbox: string }>): Operation<void> {
  const text = yield* self.receive();
  yield* self.put(`got ${text}`);
  throw new Trouble(`no ${text}`, { cause: new RangeError("deep") });
}

export function* cleaning(self: Component<{ inbox: never }, { outbox: string }>, ms: number): Operation<void> {
  try {
    yield* self.put("ready");
    yield* sleep(60_000);
  } finally {
    yield* shield(sleep(ms));
    yield* shield(self.put("clean"));
  }
}

export function* dying(self: Component, how: string): Operation<void> {
  yield* self.receive();
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  else process.exit(7);
}

export function* idle(self: Component): Operation<void> {
  yield* self.receive();
}

/** Tells where it runs. */
export function* placeOf(self: Component<{ inbox: never }, { outbox: string }>): Operation<void> {
  yield* self.put(`${process.pid} ${isMainThread ? 0 : threadId}`);
}

/** A whole chassis in another place. */
export function twice(factor: number) {
  return pipeline(new Multiplier(factor), new Multiplier(factor));
}

type Numbers = Component<{ inbox: number }, { outbox: number }>;

/** Puts what comes to a service, and tells what a tracked value was. */
export class Reporter extends Component<{ inbox: number }, { outbox: string }> {
  override *main(): Operation<void> {
    const mood = services.value<string>("mood");
    for (let n = yield* this.next(); !n.done; n = yield* this.next())
      yield* services.lookup<string>("log").put(`got ${n.value}`);
    yield* this.put(mood.get());
  }
}

/** Passes its inbox on to a child when it runs. */
export class Wrapper extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    const child = new Multiplier(10);
    this.addChildren(child);
    this.link([this as Numbers, "inbox"], [child, "inbox"]);
    this.link([child, "outbox"], [this as Numbers, "outbox"]);
    yield* child;
  }
}

/** Tells of the end of who takes its messages. */
export function* untilClosed(self: Component<{ inbox: never }, { outbox: number; signal: Signal }>): Operation<void> {
  try {
    for (let i = 0; ; i++) {
      yield* self.put(i);
      yield* sleep(1);
    }
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
}

export function throwing(): Component {
  throw new RangeError("nothing is made today");
}

export function nothing(): number {
  return 1;
}

export class NoComponent {}

/** Gives on what it gets, and dies at random: now and then, at whatever it is doing. */
export function* risky(self: Component<{ inbox: number }, { outbox: number }>, ms: number): Operation<void> {
  setTimeout(() => process.exit(9), ms);
  for (let n = yield* self.next(); !n.done; n = yield* self.next()) yield* self.put(n.value);
}

let lives = 0;

/** Fails once, in the life of its thread or process and of the counter it is given. */
export function* stumbling(
  self: Component<{ inbox: number }, { outbox: number }>,
  counter: { add(n: number): number } | null,
): Operation<void> {
  const life = counter === null ? ++lives : counter.add(1);
  for (let n = yield* self.next(); !n.done; n = yield* self.next()) {
    yield* self.put(n.value);
    if (life <= 2 && n.value % 10 === 4) throw new Error("stumbled");
  }
}

/** Wants no end of its own: only its thread or process could be ended. */
export function* stubborn(self: Component<{ inbox: never }, { outbox: string }>): Operation<void> {
  try {
    yield* self.put("ready");
    yield* sleep(60_000);
  } finally {
    yield* shield(sleep(60_000));
  }
}
