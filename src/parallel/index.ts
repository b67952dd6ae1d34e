/// <reference lib="esnext.disposable" preserve="true" />
// The door `offshoot/parallel`: every core.

import "./codec/ours.ts";
import { install } from "../core/runtime.ts";
import { NodeHost } from "../host/node.ts";

install(new NodeHost());

export { PoisonedError, WorkerError } from "../base/errors.ts";
export { blocking } from "./blocking.ts";
export { registerError } from "./error-classes.ts";
export { inline } from "./inline.ts";
export { move } from "./move.ts";
export type { RemoteFunction, RemoteMaker } from "./origin.ts";
export type { Owned } from "./owner.ts";
export { owner } from "./owner.ts";
export type { PoolStats } from "./pool/backend.ts";
export type { Histogram } from "./pool/histogram.ts";
export { Pool } from "./pool/pool.ts";
export type { PoolOptions } from "./pool/settings.ts";
export type { Remote } from "./remote.ts";
export { remote } from "./remote.ts";
export { SharedBarrier } from "./shared/barrier.ts";
export { SharedCounter } from "./shared/counter.ts";
export type { InterlockedListOptions } from "./shared/interlocked-list.ts";
export { InterlockedList } from "./shared/interlocked-list.ts";
export { SharedLatch } from "./shared/latch.ts";
export type { SharedListOptions } from "./shared/list.ts";
export { SharedList } from "./shared/list.ts";
export type { SharedMapOptions } from "./shared/map.ts";
export { SharedMap } from "./shared/map.ts";
export { SharedMutex } from "./shared/mutex.ts";
export { SharedRwLock } from "./shared/rwlock.ts";
export { SharedSemaphore } from "./shared/semaphore.ts";
export { SharedWaitGroup } from "./shared/waitgroup.ts";
export type { SharedChannelStats } from "./shared-channel.ts";
export { sharedChannel } from "./shared-channel.ts";
