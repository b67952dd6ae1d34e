/// <reference lib="esnext.disposable" preserve="true" />
// The front door, `offshoot`. Loading it gives this thread its runtime on Node.

import { install } from "./core/runtime.ts";
import { NodeHost } from "./host/node.ts";

install(new NodeHost());

export {
  Cancelled,
  ClosedError,
  DeadlockError,
  EndOfChannel,
  LeakError,
  MisuseError,
  OffshootError,
  TaskCancelledError,
  TimeoutError,
} from "./base/errors.ts";

export type { Broadcast, BroadcastOptions } from "./channel/broadcast.ts";
export { broadcast } from "./channel/broadcast.ts";
export type { Channel, ChannelStats } from "./channel/channel.ts";
export { channel } from "./channel/channel.ts";
export type { BufferPolicy } from "./channel/policy.ts";
export { dropping, sliding, unbounded } from "./channel/policy.ts";
export { always, never, yieldNow } from "./core/basic.ts";
export { named } from "./core/body.ts";
export { shield } from "./core/extent.ts";
export { currentTask, go, run } from "./core/run.ts";
export type { Cases, Selected } from "./core/select.ts";
export { select, selectNow } from "./core/select.ts";
export type {
  Body,
  Checked,
  NotABody,
  Operation,
  Outcome,
  Receiver,
  Result,
  Results,
  RunOptions,
  Selectable,
  Sender,
  Suspend,
  Task,
  TaskStatus,
} from "./core/types.ts";
export { aborted } from "./flow/aborted.ts";
export { all, settle } from "./flow/all.ts";
export { callback } from "./flow/callback.ts";
export type { ChannelOptions, Emitter } from "./flow/events.ts";
export { events } from "./flow/events.ts";
export type { Group, GroupOptions } from "./flow/group.ts";
export { group } from "./flow/group.ts";
export { fromIterable, toWebStream } from "./flow/iterable.ts";
export { map } from "./flow/map.ts";
export { any, race } from "./flow/race.ts";
export type { Backoff, RestartOptions } from "./flow/restart.ts";
export { restart } from "./flow/restart.ts";
export { TaskLocal } from "./flow/tasklocal.ts";
export type { Ticker } from "./flow/ticker.ts";
export { ticker } from "./flow/ticker.ts";
export { moveOnAfter, timeout } from "./flow/timeout.ts";
export { until } from "./flow/until.ts";
export { Barrier } from "./sync/barrier.ts";
export { Condition } from "./sync/condition.ts";
export type { Lock } from "./sync/grant.ts";
export { Latch } from "./sync/latch.ts";
export type { Lockable } from "./sync/mutex.ts";
export { Mutex } from "./sync/mutex.ts";
export { Once } from "./sync/once.ts";
export { RwLock } from "./sync/rwlock.ts";
export { Semaphore } from "./sync/semaphore.ts";
export { SingleFlight } from "./sync/singleflight.ts";
export { WaitGroup } from "./sync/waitgroup.ts";
export { now } from "./time/clock.ts";
export { sleep } from "./time/sleep.ts";
export type { Timer } from "./time/timer.ts";
export { timer } from "./time/timer.ts";
