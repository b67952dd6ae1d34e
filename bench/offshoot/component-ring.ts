// A token goes around a ring of components; each adds one. The first lap is not timed: it starts them all.

import { type Operation, run } from "offshoot";
import { Component } from "offshoot/component";
import { clock, type Outcome } from "../trial.ts";

const LAPS = 10;

class Relay extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (let lap = 0; lap <= LAPS; lap++) yield* this.put(1 + (yield* this.receive()));
  }
}

class Ring extends Component<{ inbox: number }, { outbox: number }> {
  readonly #size: number;
  outcome: Outcome = { ns: 0, answer: 0 };

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override *main(): Operation<void> {
    let last: Component<{ inbox: number }, { outbox: number }> = this;
    for (let i = 1; i < this.#size; i++) {
      const next = new Relay();
      this.link([last, "outbox"], [next, "inbox"]);
      next.start();
      last = next;
    }
    this.link([last, "outbox"], [this, "inbox"]);
    this.send(1);
    let token = yield* this.receive();
    const start = clock();
    for (let lap = 0; lap < LAPS; lap++) {
      yield* this.put(token + 1);
      token = yield* this.receive();
    }
    this.outcome = { ns: clock() - start, answer: token };
  }
}

export async function trial(size: number): Promise<Outcome> {
  const ring = new Ring(size);
  await run(() => ring);
  return ring.outcome;
}
