// Where a worker process begins: it performs the calls that come in messages, and answers them.

import { misuse } from "../../core/leaf.ts";
import { install } from "../../core/runtime.ts";
import { NodeHost } from "../../host/node.ts";
import { decode, encode } from "../codec.ts";
import { encodeError } from "../error-codec.ts";
import { FAILED } from "../pool/desk.ts";
import type { Order, Report } from "../pool/process-crew.ts";
import { Work } from "./work.ts";

install(new NodeHost());

/** Calls after which the memory is told. */
const LOOK = 16;
const MIB = 2 ** 20;

const works = new Map<number, Work>();
let done = 0;

process.on("message", (order: Order) => {
  switch (order.order) {
    case "call": {
      const { id, origin, bytes } = order;
      const work = new Work(origin, (how, value) => answer(id, how, value, origin.label));
      works.set(id, work);
      try {
        work.begin(decode(bytes, BARE));
      } catch (error) {
        answer(id, FAILED, error, origin.label);
      }
      if (works.has(id)) send({ report: "waits", id });
      return;
    }
    case "cancel":
      works.get(order.id)?.cancel(order.bytes === null ? undefined : decode(order.bytes, BARE));
      return;
    case "leave":
      process.disconnect();
  }
});
process.on("disconnect", () => process.exit());

const BARE = { object: (): undefined => undefined, handed: (): undefined => undefined };
const COPYING = {
  refer(): void {
    throw misuse("Pool.run: the answer holds a shared object, which processes do not share. Use a pool of threads.");
  },
  hand: (): number => -1,
};

function answer(id: number, how: number, value: unknown, label: string): void {
  if (!works.delete(id)) return;
  let bytes: Uint8Array;
  let outcome = how;
  try {
    bytes = how === FAILED ? encodeError(value, COPYING) : encode(value, COPYING, `the answer of ${label}`);
  } catch (error) {
    outcome = FAILED;
    bytes = encodeError(error, COPYING);
  }
  send({ report: "answer", id, how: outcome, bytes: bytes.slice() });
  if (++done % LOOK === 0) send({ report: "memory", mb: Math.round(process.memoryUsage.rss() / MIB) });
}

function send(report: Report): void {
  process.send?.(report);
}

send({ report: "ready" });
