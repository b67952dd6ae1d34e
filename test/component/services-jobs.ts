// What the tests of services let other threads do.

import { ClosedError, go, type Operation, run, yieldNow } from "offshoot";
import { Component, component, pipeline, type ServicesHandle, services } from "offshoot/component";
import type { SharedLatch } from "offshoot/parallel";

/** Puts messages to the service "log". */
export function* write(handle: ServicesHandle, who: string, times: number): Operation<void> {
  services.adopt(handle);
  const log = services.lookup<string>("log");
  for (let i = 0; i < times; i++) yield* log.put(`${who} ${i}`);
}

/** Puts messages until nobody takes them any more; answers how many went. */
export function* flood(handle: ServicesHandle): Operation<[number, string, boolean]> {
  services.adopt(handle);
  const log = yield* services.wait<string>("log");
  for (let i = 0; ; i++) {
    try {
      yield* log.put(`${i}`);
    } catch (error) {
      if (error instanceof ClosedError) return [i, error.by, log.ended];
      throw error;
    }
  }
}

/** Sends until there is no room, without waiting. */
export function* sendMany(handle: ServicesHandle): Operation<string> {
  services.adopt(handle);
  const log = services.lookup<string>("log");
  try {
    for (;;) log.send("x");
  } catch (error) {
    return (error as Error).name;
  }
}

/** A pipeline in a worker that ends at a service of another thread. */
export function* pipe(handle: ServicesHandle, lines: readonly string[]): Operation<void> {
  services.adopt(handle);
  const Source = component({}, function* (self): Operation<void> {
    for (const line of lines) yield* self.put(line);
  });
  yield* pipeline(Source(), services.sink("log"));
}

/** What of the services of another thread is seen from here. */
export function* look(handle: ServicesHandle): Operation<Record<string, unknown>> {
  const before = services.names();
  services.adopt(handle);
  services.adopt(handle);
  class Own extends Component {
    override main(): void {}
  }
  services.register("own", new Own());
  const errors: string[] = [];
  for (const f of [() => services.lookup("nobody"), () => services.value("nothing"), () => services.lookup("log").end])
    try {
      f();
    } catch (error) {
      errors.push((error as Error).name);
    }
  // Another run of this thread sees none of it.
  const other = run(() => services.names());
  let elsewhere: readonly string[] | null = null;
  other.then((names) => {
    elsewhere = names;
  });
  while (elsewhere === null) yield* yieldNow();
  return { before, names: services.names(), errors, elsewhere };
}

/** Follows a value of another thread to its end; answers the first and the last, and whether it has only grown. */
export function* follow(handle: ServicesHandle, ready: SharedLatch): Operation<[number, number, boolean]> {
  services.adopt(handle);
  const value = services.value<number>("n");
  const changes = value.changes();
  const first = yield* changes.next();
  ready.open();
  let last = first.done ? -1 : first.value;
  let grows = true;
  for (let next = yield* changes.next(); !next.done; next = yield* changes.next()) {
    if (next.value <= last) grows = false;
    last = next.value;
  }
  return [first.done ? -1 : first.value, last, grows && value.ended && value.get() === last];
}

/** Waits in several tasks for what comes later. */
export function* expect(handle: ServicesHandle): Operation<string[]> {
  services.adopt(handle);
  const tasks = ["first", "second"].map((who) =>
    go(function* () {
      const service = yield* services.wait<string>("later");
      yield* service.put(who);
      return service.name;
    }),
  );
  const names: string[] = [];
  for (const task of tasks) names.push(yield* task);
  return names;
}
