// What inline functions may capture of this package: every value its doors export. Such a capture travels by name, and means the export of the thread it
// arrives in. So an inline body writes `yield* sleep(ms)` as any other body does.
//
// Names are the same in both doors or different things have different names; a test holds this table and the doors together. `inline` itself is not in it:
// it needs the parser, which threads that only work should not load.

import "./codec/ours.ts";
import {
  Cancelled,
  ClosedError,
  DeadlockError,
  EndOfChannel,
  LeakError,
  MisuseError,
  OffshootError,
  PoisonedError,
  TaskCancelledError,
  TimeoutError,
  WorkerError,
} from "../base/errors.ts";
import { broadcast } from "../channel/broadcast.ts";
import { channel } from "../channel/channel.ts";
import { dropping, sliding, unbounded } from "../channel/policy.ts";
import { always, never, yieldNow } from "../core/basic.ts";
import { named } from "../core/body.ts";
import { shield } from "../core/extent.ts";
import { currentTask, go, run } from "../core/run.ts";
import { select, selectNow } from "../core/select.ts";
import { aborted } from "../flow/aborted.ts";
import { all, settle } from "../flow/all.ts";
import { callback } from "../flow/callback.ts";
import { events } from "../flow/events.ts";
import { group } from "../flow/group.ts";
import { fromIterable, toWebStream } from "../flow/iterable.ts";
import { map } from "../flow/map.ts";
import { any, race } from "../flow/race.ts";
import { restart } from "../flow/restart.ts";
import { TaskLocal } from "../flow/tasklocal.ts";
import { ticker } from "../flow/ticker.ts";
import { moveOnAfter, timeout } from "../flow/timeout.ts";
import { until } from "../flow/until.ts";
import { Barrier } from "../sync/barrier.ts";
import { Condition } from "../sync/condition.ts";
import { Latch } from "../sync/latch.ts";
import { Mutex } from "../sync/mutex.ts";
import { Once } from "../sync/once.ts";
import { RwLock } from "../sync/rwlock.ts";
import { Semaphore } from "../sync/semaphore.ts";
import { SingleFlight } from "../sync/singleflight.ts";
import { WaitGroup } from "../sync/waitgroup.ts";
import { now } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import { timer } from "../time/timer.ts";
import { blocking } from "./blocking.ts";
import { registerError } from "./error-classes.ts";
import { move } from "./move.ts";
import { owner } from "./owner.ts";
import { Pool } from "./pool/pool.ts";
import { remote } from "./remote.ts";
import { SharedBarrier } from "./shared/barrier.ts";
import { SharedCounter } from "./shared/counter.ts";
import { InterlockedList } from "./shared/interlocked-list.ts";
import { SharedLatch } from "./shared/latch.ts";
import { SharedList } from "./shared/list.ts";
import { SharedMap } from "./shared/map.ts";
import { SharedMutex } from "./shared/mutex.ts";
import { SharedRwLock } from "./shared/rwlock.ts";
import { SharedSemaphore } from "./shared/semaphore.ts";
import { SharedWaitGroup } from "./shared/waitgroup.ts";
import { sharedChannel } from "./shared-channel.ts";

const exports: Readonly<Record<string, unknown>> = {
  // offshoot
  aborted,
  all,
  always,
  any,
  Barrier,
  broadcast,
  callback,
  Cancelled,
  channel,
  ClosedError,
  Condition,
  currentTask,
  DeadlockError,
  dropping,
  EndOfChannel,
  events,
  fromIterable,
  go,
  group,
  Latch,
  LeakError,
  map,
  MisuseError,
  moveOnAfter,
  Mutex,
  named,
  never,
  now,
  OffshootError,
  Once,
  race,
  restart,
  run,
  RwLock,
  select,
  selectNow,
  Semaphore,
  settle,
  shield,
  SingleFlight,
  sleep,
  sliding,
  TaskCancelledError,
  TaskLocal,
  ticker,
  timeout,
  TimeoutError,
  timer,
  toWebStream,
  unbounded,
  until,
  WaitGroup,
  yieldNow,
  // offshoot/parallel
  blocking,
  InterlockedList,
  move,
  owner,
  Pool,
  PoisonedError,
  registerError,
  remote,
  sharedChannel,
  SharedBarrier,
  SharedCounter,
  SharedLatch,
  SharedList,
  SharedMap,
  SharedMutex,
  SharedRwLock,
  SharedSemaphore,
  SharedWaitGroup,
  WorkerError,
};

const names: ReadonlyMap<unknown, string> = new Map(Object.entries(exports).map(([name, value]) => [value, name]));

/** The name under which this package exports a value, if it does. */
export function exportedName(value: unknown): string | undefined {
  return names.get(value);
}

/** What this package exports under a name, in this thread. */
export function exportNamed(name: string): unknown {
  return exports[name];
}

/** All of them, for the test. */
export function exportedNames(): string[] {
  return Object.keys(exports);
}
