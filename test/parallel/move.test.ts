// move: what may be marked, what becomes of it when it is handed over or copied, and that a send that fails leaves it.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { MisuseError } from "offshoot";
import { decode, encode, type Loader } from "../../src/parallel/codec.ts";
import { detachMoved, move } from "../../src/parallel/move.ts";
import { LOADER, UNLOADER } from "../support/carrying.ts";
import { thrown } from "../support/caught.ts";

const refusal = (value: unknown): string => thrown(MisuseError, () => move(value as ArrayBuffer)).message;

/** Hands over what it is given, by structuredClone, as postMessage does. */
class Hands implements Loader {
  readonly values: (ArrayBuffer | ArrayBufferView | MessagePort)[] = [];
  refer(): void {}
  hand(value: ArrayBuffer | ArrayBufferView | MessagePort): number {
    return this.values.push(value) - 1;
  }
  /** What arrives. */
  clone(): unknown[] {
    const transfer = this.values.flatMap((value) => {
      const memory = ArrayBuffer.isView(value) ? value.buffer : value;
      return memory instanceof SharedArrayBuffer ? [] : [memory];
    });
    return structuredClone(this.values, { transfer: transfer as ArrayBuffer[] });
  }
}

/** Sends a value through hands. */
function handed(value: unknown): { back: unknown; hands: Hands; bytes: number } {
  const hands = new Hands();
  const bytes = encode(value, hands, "test").slice();
  const arrived = hands.clone();
  return { back: decode(bytes, { ...UNLOADER, handed: (index) => arrived[index] }), hands, bytes: bytes.length };
}

test("move returns the value it marks", () => {
  const [buffer, view, { port1 }] = [new ArrayBuffer(4), new Float64Array(2), new MessageChannel()];
  assert.equal(move(buffer), buffer);
  assert.equal(move(view), view);
  assert.equal(move(move(port1)), port1);
  port1.close();
});

test("move refuses what cannot be moved, and says what to do", () => {
  const pooled = Buffer.from("pooled");
  assert.equal(
    refusal(pooled),
    `move: a Buffer shows 6 of the ${pooled.buffer.byteLength} bytes of its buffer, which would be moved whole. Move a copy: move(new Uint8Array(view)).`,
  );
  assert.equal(
    refusal(new Float64Array(8).subarray(1)),
    "move: a Float64Array shows 56 of the 64 bytes of its buffer, which would be moved whole. Move a copy: move(new Float64Array(view)).",
  );
  assert.equal(
    refusal(new DataView(new ArrayBuffer(8), 4)),
    "move: a DataView shows 4 of the 8 bytes of its buffer, which would be moved whole. Move the buffer itself, or send the view without move().",
  );
  const shared = "in memory that is shared between threads belongs to none. Send it without move().";
  assert.equal(refusal(new SharedArrayBuffer(8)), `move: a SharedArrayBuffer ${shared}`);
  assert.equal(refusal(new Int32Array(new SharedArrayBuffer(8))), `move: an Int32Array ${shared}`);
  const gone = new Uint8Array(4);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assert.equal(refusal(gone), "move: an Uint8Array is detached: it was moved away before. Move a value once.");
  for (const [value, what] of [
    [{}, "an object"],
    ["text", "a string (text)"],
    [null, "null"],
    [[1], "an Array"],
  ])
    assert.equal(
      refusal(value),
      `move: expected an ArrayBuffer, a view of one, or a MessagePort, got ${what}. Send it without move().`,
    );
});

test("an empty buffer may be moved", () => {
  assert.equal((handed(move(new ArrayBuffer(0))).back as ArrayBuffer).byteLength, 0);
});

test("a buffer that was handed over is not in the bytes, and is gone here", () => {
  const buffer = Uint8Array.from({ length: 100_000 }, (_, i) => i).buffer;
  const { back, bytes } = handed({ image: move(buffer), again: buffer });
  assert.equal(bytes < 40, true);
  assert.equal(buffer.byteLength, 0);
  const { image, again } = back as { image: ArrayBuffer; again: ArrayBuffer };
  assert.equal(image, again);
  assert.deepEqual([image.byteLength, new Uint8Array(image)[99_999]], [100_000, 99_999 & 0xff]);
});

test("a view that was handed over is the same view there; a Buffer is a Buffer", () => {
  const [floats, buffer] = [Float64Array.of(1.5, 2.5), Buffer.from(new Uint8Array([1, 2, 3]).buffer)];
  const { back } = handed([move(floats), move(buffer)]);
  assert.deepEqual(back, [Float64Array.of(1.5, 2.5), Buffer.of(1, 2, 3)]);
  assert.deepEqual([floats.length, buffer.length], [0, 0]);
});

test("other views of what was handed over show what has arrived, wherever they stand in the message", () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  const before = new DataView(bytes.buffer, 2, 4);
  const { back, hands } = handed([before, move(bytes), bytes.buffer, bytes.subarray(1, 3)]);
  assert.equal(hands.values.length, 1);
  const [view, all, memory, part] = back as [DataView, Uint8Array, ArrayBuffer, Uint8Array];
  assert.deepEqual([...all], [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([view.buffer, part.buffer, memory], [all.buffer, all.buffer, all.buffer]);
  assert.deepEqual([view.byteOffset, view.byteLength, [...part]], [2, 4, [1, 2]]);
});

test("a memory that is marked twice, as itself and as a view, is handed over once", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const { back, hands } = handed([move(bytes), move(bytes.buffer)]);
  assert.equal(hands.values.length, 1);
  assert.equal((back as [Uint8Array, ArrayBuffer])[0].buffer, (back as [Uint8Array, ArrayBuffer])[1]);
});

test("shared memory goes beside the bytes without a mark, and stays shared", () => {
  const memory = new SharedArrayBuffer(16);
  const { back, hands } = handed({ memory, view: new Int32Array(memory, 4, 2), part: Buffer.from(memory, 8, 2) });
  assert.deepEqual(hands.values, [memory]);
  const there = back as { memory: SharedArrayBuffer; view: Int32Array; part: Buffer };
  there.view[1] = 0x0102;
  assert.equal(new Int32Array(memory)[2], 0x0102);
  assert.deepEqual([there.view.buffer, there.part.buffer, [...there.part]], [there.memory, there.memory, [2, 1]]);
});

test("shared memory is refused where nothing can be handed over", () => {
  const message =
    "is memory that is shared between threads, which a copy would not be. Give it to a call of a pool, as an argument.";
  const memory = new SharedArrayBuffer(8);
  for (const value of [memory, new Uint8Array(memory)])
    assert.equal(thrown(MisuseError, () => encode([value], LOADER, "Test")).message, `Test: the value[0] ${message}`);
});

test("a port is handed over if it is marked", async () => {
  const { port1, port2 } = new MessageChannel();
  const { back } = handed({ port: move(port1) });
  const arrived = new Promise((resolve) => port2.once("message", resolve));
  (back as { port: MessagePort }).port.postMessage("through");
  assert.equal(await arrived, "through");
  port2.close();
});

test("a port is refused where it cannot be handed over", () => {
  const { port1 } = new MessageChannel();
  assert.equal(
    thrown(MisuseError, () => encode([move(port1)], LOADER, "Test")).message,
    "Test: the value[0] is a MessagePort, which cannot travel to another thread. A port cannot be copied: give it to a call of a pool, as an argument.",
  );
  port1.close();
});

test("what cannot be handed over is copied, and is detached when the sender says so", () => {
  const [bytes, buffer] = [Uint8Array.of(1, 2, 3), new ArrayBuffer(8)];
  const copied: (ArrayBuffer | ArrayBufferView)[] = [];
  const loader: Loader = { ...LOADER, hand: (value) => copied.push(value as ArrayBuffer) - copied.length - 1 };
  const message = encode([move(bytes), { buffer: move(buffer) }, bytes], loader, "test").slice();
  assert.deepEqual(copied, [bytes, buffer]);
  assert.deepEqual([bytes.length, buffer.byteLength], [3, 8]); // nothing has been given yet
  detachMoved(copied);
  assert.deepEqual([bytes.length, buffer.byteLength], [0, 0]);
  detachMoved(copied); // does nothing more
  assert.deepEqual(decode(message, UNLOADER), [
    Uint8Array.of(1, 2, 3),
    { buffer: new ArrayBuffer(8) },
    Uint8Array.of(1, 2, 3),
  ]);
});

test("detaching what nobody can detach does nothing", () => {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (options: object) => { buffer: ArrayBuffer } };
  };
  const { buffer } = new WebAssembly.Memory({ initial: 1 });
  detachMoved([move(buffer)]);
  assert.equal(buffer.byteLength, 65_536);
});

test("a value that was moved away cannot be sent again", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  handed(move(bytes));
  for (const value of [bytes, bytes.buffer])
    assert.match(
      thrown(MisuseError, () => encode({ value }, LOADER, "Test")).message,
      /^Test: the value\.value is an \w+ that is detached: it was moved away before\. Move a value once, and use it no more\.$/,
    );
});

test("a message that is refused has detached nothing", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  thrown(MisuseError, () => encode([move(bytes), () => {}], new Hands(), "Test"));
  assert.equal(bytes.length, 3);
});
