// Where a worker process begins: it performs the calls that come in messages, and answers them.

import { install } from "../../core/runtime.ts";
import { NodeHost } from "../../host/node.ts";
import { decode, encode } from "../codec.ts";
import { encodeError } from "../error-codec.ts";
import type { Order, Report } from "../pool/child.ts";
import { FAILED } from "../pool/desk.ts";
import { refuseShared } from "../pool/unshared.ts";
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
      let loading: Promise<void> | null = null;
      try {
        loading = work.begin(decode(bytes, BARE));
      } catch (error) {
        answer(id, FAILED, error, origin.label);
      }
      if (loading === null) tellIfWaiting(id);
      else void loading.then(() => tellIfWaiting(id)); // what is being loaded may yet turn out to be a plain function
      return;
    }
    case "cancel":
      works.get(order.id)?.cancel(order.bytes === null ? undefined : decode(order.bytes, BARE));
      return;
    case "leave":
      if (process.connected) process.disconnect();
  }
});
process.on("disconnect", () => process.exit());

const BARE = { object: (): undefined => undefined, handed: (): undefined => undefined };
const COPYING = { refer: refuseShared, hand: (): number => -1 };
/** Of an error all that can is told. */
const LOSING = { refer: (): void => undefined, hand: (): number => -1 };

function tellIfWaiting(id: number): void {
  if (works.has(id)) send({ report: "waits", id });
}

function answer(id: number, how: number, value: unknown, label: string): void {
  if (!works.delete(id)) return;
  let bytes: Uint8Array;
  let outcome = how;
  try {
    bytes = how === FAILED ? encodeError(value, LOSING) : encode(value, COPYING, `the answer of ${label}`);
  } catch (error) {
    outcome = FAILED;
    bytes = encodeError(error, LOSING);
  }
  send({ report: "answer", id, how: outcome, bytes: bytes.slice() });
  if (++done % LOOK === 0) send({ report: "memory", mb: Math.round(process.memoryUsage.rss() / MIB) });
}

function send(report: Report): void {
  process.send?.(report);
}

send({ report: "ready" });
