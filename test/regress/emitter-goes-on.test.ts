// An emitter calls everybody who listened when it began to emit. A receiver of events that was given up, or had failed, in the midst of that threw
// ClosedError, or a misuse, into the emitter.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { EndOfChannel, events, MisuseError, type Receiver } from "offshoot";
import { thrown } from "../support/caught.ts";

for (const name of ["line", "error"]) {
  test(`a receiver that another listener gives up hears nothing of the same "${name}"`, () => {
    const emitter = new EventEmitter();
    const receivers: Receiver<unknown>[] = [];
    emitter.on(name, () => receivers[0]?.cancel());
    receivers.push(events(emitter, name));
    emitter.emit(name, new Error("boom"));
    assert.deepEqual(receivers[0]?.tryReceive(), { ok: false, closed: true });
  });
}

test("a receiver given up by another listener for errors does not fail, and keeps quiet", () => {
  const emitter = new EventEmitter();
  const receivers: Receiver<unknown>[] = [];
  emitter.on("error", () => receivers[0]?.cancel());
  receivers.push(events(emitter, "line"));
  emitter.emit("error", new Error("boom"));
  assert.deepEqual(receivers[0]?.tryReceive(), { ok: false, closed: true });
});

test("an emit from within an emit that overflows the buffer fails the receiver once", () => {
  const emitter = new EventEmitter();
  let nested = false;
  emitter.on("line", () => {
    if (nested) return;
    nested = true;
    emitter.emit("line", 2);
    emitter.emit("line", 3);
  });
  const lines = events<number>(emitter, "line", { buffer: 1 });
  emitter.emit("line", 1);
  assert.deepEqual(lines.tryReceive(), { ok: true, value: 2 });
  assert.match(thrown(MisuseError, () => lines.tryReceive()).message, /Receive faster/);
  assert.ok(!(thrown(MisuseError, () => lines.tryReceive()) instanceof EndOfChannel));
});
