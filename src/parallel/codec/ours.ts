// The objects of this package that belong to one thread. Loaded where the front door is: a thread that only works need not have them in memory.

import { Hub } from "../../channel/broadcast.ts";
import { BufferedChannel } from "../../channel/channel.ts";
import { Alarm } from "../../core/alarm.ts";
import { Feed } from "../../flow/feed.ts";
import { GroupHandle } from "../../flow/group.ts";
import { TaskLocal } from "../../flow/tasklocal.ts";
import { Barrier } from "../../sync/barrier.ts";
import { Condition } from "../../sync/condition.ts";
import { Latch } from "../../sync/latch.ts";
import { Mutex } from "../../sync/mutex.ts";
import { Once } from "../../sync/once.ts";
import { RwLock } from "../../sync/rwlock.ts";
import { Semaphore } from "../../sync/semaphore.ts";
import { SingleFlight } from "../../sync/singleflight.ts";
import { WaitGroup } from "../../sync/waitgroup.ts";
import { tellOurs } from "./kinds.ts";

const CHANNEL = "Use sharedChannel(), which every thread can hold.";
const VALUE = "Get the value here, and send that.";

tellOurs([
  [BufferedChannel, CHANNEL],
  [Feed, CHANNEL, "a receiver"],
  [Hub, "Subscribe here, and pass on what comes, through a sharedChannel().", "a broadcast"],
  [Mutex, "Use a SharedMutex."],
  [RwLock, "Use a SharedRwLock."],
  [Semaphore, "Use a SharedSemaphore."],
  [WaitGroup, "Use a SharedWaitGroup."],
  [Latch, "Use a SharedLatch."],
  [Barrier, "Use a SharedBarrier.", "a barrier"],
  [Condition, "Use a SharedMutex and a sharedChannel()."],
  [Once, VALUE],
  [SingleFlight, VALUE],
  [TaskLocal, VALUE],
  [GroupHandle, "Start tasks there in a group of their own.", "a group"],
  [Alarm, "Make it in the other thread.", "a timer"],
]);
