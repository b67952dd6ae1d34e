// Components that many tests of wiring are made of, and what looks into them.

import { never, type Operation } from "offshoot";
import { Component } from "offshoot/component";
import { inside } from "../../src/component/component.ts";
import type { Workings } from "../../src/component/workings.ts";

/** Boxes without a life of their own: its main has nothing to do. */
export class Idle extends Component {
  override main(): void {}
}

/** Lives until it is cancelled. */
export class Lasting extends Component {
  override *main(): Operation<void> {
    yield* never;
  }
}

/** Keeps what it is given, until that ends. */
export class Keeping extends Component {
  readonly got: unknown[] = [];

  override *main(): Operation<void> {
    for (let message = yield* this.next(); !message.done; message = yield* this.next()) this.got.push(message.value);
    this.got.push("end");
  }
}

/** Gives messages, waiting for room. */
export class Giving extends Component {
  readonly #messages: readonly unknown[];

  constructor(...messages: readonly unknown[]) {
    super();
    this.#messages = messages;
  }

  override *main(): Operation<void> {
    for (const message of this.#messages) yield* this.put(message);
  }
}

/** Counts how often it is woken from a pause. */
export class Pausing extends Component {
  wakes = 0;

  override *main(): Operation<void> {
    for (;;) {
      yield* this.pause();
      this.wakes++;
    }
  }
}

export const insideOf = (component: unknown): Workings => inside(component, "test");

/** Checks the invariants of components. */
export function checkAll(...components: readonly unknown[]): void {
  for (const component of components) insideOf(component).check();
}

/** How many messages have been discarded at a box. */
export const lostAt = (component: unknown, box: string): number => insideOf(component).box(box, "test").lost;
