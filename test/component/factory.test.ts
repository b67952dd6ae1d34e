// component: factories made of functions, with their boxes declared in one place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { type AnyComponent, box, Component, component, NoSpaceInBoxError, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Giving, Idle, Keeping } from "../support/components.ts";

const Multiplier = component(
  { inboxes: { inbox: box<number>({ size: 2 }) }, outboxes: { outbox: box<number>("products") } },
  function* multiply(self, factor: number): Operation<void> {
    for (let n = yield* self.next(); !n.done; n = yield* self.next()) yield* self.put(n.value * factor);
  },
);

test("each call makes a component with a life, boxes and arguments of its own", async () => {
  await simulate(function* () {
    const [twice, thrice, keeping] = [Multiplier(2), Multiplier(3), new Keeping()];
    yield* pipeline(
      [new Giving(1, 2, 3) as unknown as Component<{ inbox: never }, { outbox: number }>, twice, thrice, keeping],
      {},
    );
    assert.deepEqual(keeping.got, [6, 12, 18, "end"]);
    assert.deepEqual([twice.status, thrice.status], ["succeeded", "succeeded"]);
  });
});

test("a component is named after its function, or as it is declared", () => {
  assert.equal(Multiplier(1).componentName, "multiply");
  assert.equal(component({ name: "named" }, function* other() {})().componentName, "named");
  assert.equal(component({}, () => {})().componentName, "component");
});

test("its boxes are as declared, and those it did not declare are the standard ones", () => {
  const [w, a, b] = [new Idle(), new Idle(), Multiplier(1)];
  w.link([a, "outbox"], [b as AnyComponent, "inbox"]);
  assert.equal(b.inboxSize(), 2);
  a.send(1);
  a.send(2);
  thrown(NoSpaceInBoxError, () => a.send(3));
  w.link([b, "signal"], [a, "control"]);
});

test("mains may be plain and async, and are given the component itself", async () => {
  await simulate(function* () {
    const given: unknown[] = [];
    const plain = component({}, (self) => void given.push(self))();
    const waits = component({}, async (self) => void given.push(self))();
    yield* plain;
    yield* waits;
    assert.deepEqual(given, [plain, waits]);
    assert.ok(plain instanceof Component);
  });
});

test("what makes no sense is misuse, said when the factory is made", () => {
  assert.match(
    thrown(MisuseError, () => component(5 as never, () => {})).message,
    /^component: the declaration must be/,
  );
  assert.match(thrown(MisuseError, () => component({}, 5 as never)).message, /^component: the body must be a function/);
});
