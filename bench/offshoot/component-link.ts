// Messages from one component to another: through one link, and through ten inboxes and outboxes that only pass them on.

import { type Operation, run } from "offshoot";
import { type AnyComponent, Component, pipeline } from "offshoot/component";
import { clock, type Outcome } from "../trial.ts";

class Source extends Component<{ inbox: never }, { outbox: number }> {
  readonly #size: number;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override *main(): Operation<void> {
    for (let i = 0; i < this.#size; i++) yield* this.put(i);
  }
}

class Summer extends Component<{ inbox: number }, { outbox: never }> {
  sum = 0;
  readonly #size: number;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override *main(): Operation<void> {
    for (let i = 0; i < this.#size; i++) this.sum = (this.sum + (yield* this.receive())) | 0;
  }
}

export async function trial(size: number): Promise<Outcome> {
  const summer = new Summer(size);
  return await timed(summer, () => pipeline(new Source(size), 128, summer));
}

/** Each part lies five pipelines deep, and each of those passes on what comes. */
export async function passedOn(size: number): Promise<Outcome> {
  const summer = new Summer(size);
  summer.setInboxSize("inbox", 128);
  return await timed(summer, () => {
    let source: Component<{ inbox: never }, { outbox: number }> = new Source(size);
    let sink: Component<{ inbox: number }, { outbox: never }> = summer;
    for (let i = 0; i < 5; i++) {
      source = pipeline(source);
      sink = pipeline(sink);
    }
    return pipeline(source, sink);
  });
}

async function timed(summer: Summer, whole: () => AnyComponent): Promise<Outcome> {
  const start = clock();
  await run(whole);
  return { ns: clock() - start, answer: summer.sum };
}
