// A worker that is kept, and a fresh port to it for each trial.

import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";

export class Peer {
  readonly worker: Worker;

  constructor(file: URL) {
    this.worker = new Worker(file);
  }

  /** A port whose other end the worker has, and has begun to listen to. */
  async open(order: Readonly<Record<string, unknown>>): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage({ ...order, port: port2 }, [port2]);
    await once(port1, "message");
    return port1;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
