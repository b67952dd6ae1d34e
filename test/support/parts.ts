// Parts for the tests of chassis: a source, a collector, and a look at what is left of a component when it has ended.

import assert from "node:assert/strict";
import type { Operation } from "offshoot";
import { type AnyComponent, box, Component, component, type Link } from "offshoot/component";
import { MADE, STARTED, type Workings } from "../../src/component/workings.ts";

/** Gives these, one after the other, as there is room. */
export const source: <T>(...messages: T[]) => Component<{ inbox: never }, { outbox: T }> = (...messages) =>
  Source(messages) as never;

const Source = component(
  { name: "source", inboxes: { inbox: box<never>() }, outboxes: { outbox: box<unknown>() } },
  function* (self, messages: readonly unknown[]): Operation<void> {
    for (const message of messages) yield* self.put(message);
  },
);

/** Collects what comes until no more comes, or until it has so many. Notes "end" at the end of what comes. */
export const collector: (into: unknown[], most?: number) => Component<{ inbox: unknown }, { outbox: never }> = (
  into,
  most = Number.POSITIVE_INFINITY,
) => Collector(into, most);

const Collector = component(
  { name: "collector", inboxes: { inbox: box<unknown>() }, outboxes: { outbox: box<never>() } },
  function* (self, into: unknown[], most: number): Operation<void> {
    for (let taken = 0; taken < most; taken++) {
      const message = yield* self.next();
      if (message.done) {
        into.push("end");
        return;
      }
      into.push(message.value);
    }
  },
);

/** A component has ended, and of its links nothing is left; or it has never been started, and is linked with nothing but parts of its own. */
export function assertNothingLeft(...components: readonly AnyComponent[]): void {
  for (const ended of components) {
    const { links, boxes, label, state } = Component.insideOf(ended);
    assert.notEqual(state, STARTED, `${label} runs`);
    if (state !== MADE) assert.equal(links.size, 0, `${label} has left ${[...links].join(", ")}`);
    for (const one of boxes) {
      const around: (Link | null)[] = [one.onward as Link | null];
      for (let lead = one.sources.head; lead !== null; lead = lead.after) around.push(lead as Link);
      for (const link of around)
        if (link !== null) assert.equal((link.maker as Workings).state, MADE, `${link} is left`);
      assert.equal(one.receivers.head, null, `somebody waits at ${one.label}`);
      assert.equal(one.putters.head, null, `somebody waits for room in ${one.label}`);
    }
  }
}

/** Makes all boxes of components now: who makes one first is nothing that the explorer sees. */
export function boxed<C extends AnyComponent>(...components: C[]): void {
  for (const one of components) {
    const inner = Component.insideOf(one);
    for (const name of inner.boxNames()) inner.box(name, "test");
    boxed(...(one.children as AnyComponent[]));
  }
}
