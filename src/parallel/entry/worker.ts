// Where a worker thread begins: it joins the others, and takes calls.

import { workerData } from "node:worker_threads";
import { install } from "../../core/runtime.ts";
import { NodeHost } from "../../host/node.ts";
import type { Message } from "../message.ts";
import { joinFamily } from "../neighbours.ts";
import { CallQueue } from "../pool/call-queue.ts";
import type { Contract } from "../pool/crew.ts";
import { SHARE } from "../shareable.ts";
import { Bench } from "./bench.ts";
import { loadKindsWhenMet } from "./kinds.ts";

install(new NodeHost());
loadKindsWhenMet();
const { birth, pool, ...limits } = (workerData as { offshoot: Contract }).offshoot;
const neighbours = joinFamily(birth);
const queue = new CallQueue(pool.memory, pool.name, pool.id, null);
new Bench(queue, limits, () => {
  neighbours.tell(queue.owner, { about: "departing", pool: queue[SHARE] } as Message);
  neighbours.depart();
});
neighbours.tell(queue.owner, { about: "ready", pool: queue[SHARE] } as Message);
