// Components that wait for a message, each with a link: what each costs, and how soon they are made.

import { type Operation, run, yieldNow } from "offshoot";
import { Component } from "offshoot/component";
import { clock, liveBytes, type Outcome } from "../trial.ts";

class Idle extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    yield* this.receive();
  }
}

class Crowd extends Component<{ inbox: number }, { outbox: number }> {
  readonly #size: number;
  outcome: Outcome = { ns: 0, answer: 0 };

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override *main(): Operation<void> {
    const before = liveBytes();
    const start = clock();
    const crowd: Idle[] = [];
    for (let i = 0; i < this.#size; i++) {
      const idle = new Idle();
      this.link([idle, "outbox"], [this, "inbox"]);
      idle.start();
      crowd.push(idle);
    }
    yield* yieldNow();
    const ns = clock() - start;
    const bytes = liveBytes() - before;
    const waiting = crowd.filter(({ status }) => status === "waiting").length;
    for (const idle of crowd) idle.stop();
    this.outcome = { ns, answer: waiting, bytes };
  }
}

export async function trial(size: number): Promise<Outcome> {
  const crowd = new Crowd(size);
  await run(() => crowd);
  return crowd.outcome;
}
