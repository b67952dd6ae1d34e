// A chassis that could not be assembled kept the parts it had taken in by then: they could never be used again.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "offshoot";
import {
  BoxAlreadyLinkedError,
  Component,
  graphline,
  par,
  pipeline,
  seq,
  topology,
  UnknownPartError,
} from "offshoot/component";
import { simulate } from "offshoot/testing";

class Relay extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value);
  }
}

async function* one(): AsyncGenerator<number> {
  yield 1;
}

test("parts of a chassis that cannot be assembled belong to nobody, and can be used again", async () => {
  const [a, b] = [new Relay(), new Relay()];
  class Wirer extends Component {
    override *main(): Operation<void> {}
  }
  const wirer = new Wirer();
  const link = wirer.link([b, "outbox"], [new Relay(), "inbox"]);
  assert.throws(() => pipeline(a, b), BoxAlreadyLinkedError);
  assert.throws(() => pipeline(a, a), /child of/);
  assert.throws(() => seq(a, a), /child of/);
  assert.throws(() => par(a, b), BoxAlreadyLinkedError);
  assert.throws(() => graphline({ parts: { a }, links: { "a.outbox": "b.inbox" } as never }), UnknownPartError);
  wirer.unlink(link);
  assert.deepEqual(topology(a).links, []);
  const got: number[] = [];
  await simulate(
    function* (): Operation<void> {
      yield* pipeline(one(), a, b, function* (self: Component<{ inbox: number }>): Operation<void> {
        for (let n = yield* self.next(); !n.done; n = yield* self.next()) got.push(n.value);
      });
    },
    { allowExternal: true },
  );
  assert.deepEqual(got, [1]);
});
