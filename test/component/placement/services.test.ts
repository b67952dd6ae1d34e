// A part in a thread sees the services and tracked values of the run, if it is told to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, run } from "offshoot";
import { Component, inThread, pipeline, services, UnknownValueError } from "offshoot/component";
import { parts } from "./support.ts";

class Log extends Component<{ inbox: string }, { outbox: never }> {
  readonly lines: string[] = [];

  override *main(): Operation<void> {
    for (let line = yield* this.next(); !line.done; line = yield* this.next()) this.lines.push(line.value);
  }
}

async function* numbers(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

function* program(sees: boolean, told: string[]): Operation<readonly string[]> {
  const log = new Log();
  services.register("log", log);
  services.track("mood", "cheerful");
  log.start();
  yield* pipeline(
    numbers(),
    inThread(parts.Reporter, [], { services: sees }),
    function* keep(self: Component<{ inbox: string }>): Operation<void> {
      for (let line = yield* self.next(); !line.done; line = yield* self.next()) told.push(line.value);
    },
  );
  log.stop();
  return log.lines;
}

test("a part in a thread puts to a service of the run, and sees its values", async () => {
  const told: string[] = [];
  const lines = await run(() => program(true, told));
  assert.deepEqual(told, ["cheerful"]);
  assert.deepEqual(lines, ["got 1", "got 2"]);
});

test("without being told to it sees none", async () => {
  await assert.rejects(
    run(() => program(false, [])),
    UnknownValueError,
  );
});

test("an option that is none is told", () => {
  assert.throws(() => inThread(parts.Reporter, [], { services: 1 as never }), /services must be true or false/);
});
