// What is called in workers. JavaScript, as all that runs inside workers here.

import { move } from "offshoot/parallel";
import { keysOf, visit as visitMap } from "../../visits.js";

export { burn } from "../../burn.js";

/** @typedef {import("../../payload.ts").Order} Order */
/** @typedef {import("../../payload.ts").Reading} Reading */
/** @template T @typedef {import("offshoot").Operation<T>} Operation */
/** @template T @typedef {import("offshoot").Receiver<T>} Receiver */
/** @template T @typedef {import("offshoot").Sender<T>} Sender */

/**
 * @param {number} n
 * @returns {number}
 */
export function next(n) {
  return n + 1;
}

/**
 * @param {Order} order
 * @returns {Order}
 */
export function order(order) {
  return order;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function copy(bytes) {
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function moved(bytes) {
  return move(bytes);
}

/**
 * @param {Receiver<number>} channel
 * @param {number} count
 * @returns {Operation<number>}
 */
export function* addNumbers(channel, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* channel.receive();
  return sum;
}

/**
 * @param {Receiver<number>} channel
 * @param {number} count
 * @returns {Operation<number>}
 */
export function* addNumbersTried(channel, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const got = channel.tryReceive();
    sum += got.ok ? got.value : yield* channel.receive();
  }
  return sum;
}

/**
 * @param {Receiver<Reading>} channel
 * @param {number} count
 * @returns {Operation<number>}
 */
export function* addReadings(channel, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const { id, value } = yield* channel.receive();
    sum += id + value;
  }
  return sum;
}

/**
 * Takes the times at which messages were sent, and answers what each of them took.
 *
 * @param {Receiver<number>} channel
 * @param {number} count
 * @returns {Operation<Float64Array>}
 */
export function* latencies(channel, count) {
  const taken = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const sent = yield* channel.receive();
    taken[i] = Number(process.hrtime.bigint()) - sent;
  }
  return taken;
}

/**
 * @param {Receiver<number>} incoming
 * @param {Sender<number>} outgoing
 * @param {number} count
 * @returns {Operation<void>}
 */
export function* echo(incoming, outgoing, count) {
  for (let i = 0; i < count; i++) yield* outgoing.send(yield* incoming.receive());
}

/**
 * The half of the other thread. It waits on the gate, which holds the whole thread, as it must: both are to begin at
 * once.
 *
 * @param {import("offshoot/parallel").SharedMap<number>} map
 * @param {number} count
 * @param {number} operations
 * @param {Int32Array} gate 1 when this thread is ready, 2 when both begin
 * @returns {number} how many of the values found were wrong
 */
export function visit(map, count, operations, gate) {
  const keys = keysOf(count);
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  Atomics.wait(gate, 0, 1);
  return visitMap(map, keys, operations, 0.5);
}

/**
 * @param {Receiver<number>} incoming
 * @param {Sender<number>} outgoing
 * @returns {Operation<void>}
 */
export function* echoAll(incoming, outgoing) {
  for (let n = yield* incoming.next(); !n.done; n = yield* incoming.next()) yield* outgoing.send(n.value);
  outgoing.close();
}

/**
 * The same as the main of a component.
 *
 * @param {import("offshoot/component").Component<{ inbox: number }, { outbox: number }>} self
 * @returns {Operation<void>}
 */
export function* echoing(self) {
  for (let n = yield* self.next(); !n.done; n = yield* self.next()) yield* self.put(n.value);
}
