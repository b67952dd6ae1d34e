// Services and tracked values in one thread.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  ClosedError,
  DeadlockError,
  EndOfChannel,
  go,
  group,
  MisuseError,
  type Operation,
  run,
  sleep,
  type Task,
  yieldNow,
} from "offshoot";
import {
  Component,
  component,
  LinkAcrossRunsError,
  NoSpaceInBoxError,
  NotOwnerError,
  NotYourServiceError,
  pipeline,
  ServiceExistsError,
  services,
  UnknownBoxError,
  UnknownServiceError,
  UnknownValueError,
  ValueExistsError,
} from "offshoot/component";
import { simulate } from "offshoot/testing";

/** Keeps what comes, until it is stopped or all that is linked to it has finished. */
class Log extends Component<{ inbox: string; urgent: string }, { outbox: never }> {
  readonly lines: string[] = [];

  constructor() {
    super({ inboxes: { urgent: "" } });
  }

  override *main(): Operation<void> {
    for (let line = yield* this.next(); !line.done; line = yield* this.next()) this.lines.push(line.value);
  }
}

/** What an operation or a call throws. */
function* thrown(f: () => unknown): Operation<unknown> {
  try {
    const value = f();
    if (typeof value === "object" && value !== null && Symbol.iterator in value) yield* value as Operation<unknown>;
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("any task of a run finds a service by its name, and puts to it", async () => {
  await simulate(function* () {
    const log = new Log();
    services.register("log", log);
    services.register("alarm", log, "urgent");
    log.start();
    assert.deepEqual(services.names(), ["alarm", "log"]);
    yield* go(function* () {
      const service = services.lookup<string>("log");
      assert.equal(service.name, "log");
      assert.equal(service.ended, false);
      assert.match(inspect(service), /^\[service "log", Log#\d+\.inbox\]$/);
      yield* service.put("one");
      service.send("two");
    });
    services.lookup<string>("alarm").send("fire");
    yield* sleep(1);
    assert.deepEqual(log.lines, ["one", "two"]);
    assert.equal(log.recv("urgent"), "fire");
    log.stop();
  });
});

test("a put waits for room, and a send refuses where there is none", async () => {
  await simulate(function* () {
    const log = new Log();
    log.setInboxSize("inbox", 1);
    services.register("log", log);
    const service = services.lookup<string>("log");
    service.send("one");
    assert.ok((yield* thrown(() => service.send("two"))) instanceof NoSpaceInBoxError);
    const putting = go(() => service.put("two"));
    yield* yieldNow();
    assert.equal(putting.status, "waiting");
    log.start();
    yield* putting;
    yield* sleep(1);
    assert.deepEqual(log.lines, ["one", "two"]);
    log.stop();
  });
});

test("a service can be linked to", async () => {
  await simulate(function* () {
    const log = new Log();
    services.register("log", log);
    const Source = component({}, function* (self): Operation<void> {
      self.link([self, "outbox"], services.lookup<unknown>("log").end);
      yield* self.put("linked");
    });
    const task = log.start();
    yield* Source();
    yield* task; // all that was linked to it has finished
    assert.deepEqual(log.lines, ["linked"]);
  });
});

test("a pipeline may end at a service, whenever that comes", async () => {
  await simulate(function* () {
    const log = new Log();
    yield* group(function* (g) {
      g.go(() => pipeline(source("a", "b"), services.sink<string>("log")));
      yield* sleep(5);
      services.register("log", log);
      g.daemon(() => log);
      yield* sleep(5);
    });
    assert.deepEqual(log.lines, ["a", "b"]);
  });
});

function source(...lines: string[]): Component<{ inbox: never }, { outbox: string }> {
  return new (class Source extends Component<{ inbox: never }, { outbox: string }> {
    override *main(): Operation<void> {
      for (const line of lines) yield* this.put(line);
    }
  })();
}

test("who waits for a service gets it when it is registered", async () => {
  await simulate(function* () {
    const waiting = [go(() => services.wait<string>("log")), go(() => services.wait("log"))];
    const other = go(() => services.wait("other"));
    yield* sleep(1);
    services.register("log", new Log());
    for (const task of waiting) assert.equal((yield* task).name, "log");
    assert.equal((yield* services.wait("log")).name, "log");
    other.cancel();
  });
});

test("a service leaves when its component ends, and its name is free", async () => {
  await simulate(function* () {
    const log = new Log();
    services.register("log", log);
    const service = services.lookup<string>("log");
    const task = log.start();
    yield* group(function* (g) {
      g.go(function* () {
        yield* sleep(1);
        log.stop();
      });
      while (task.status !== "cancelled") yield* sleep(1);
    });
    assert.equal(service.ended, true);
    assert.deepEqual(services.names(), []);
    assert.ok((yield* thrown(() => services.lookup("log"))) instanceof UnknownServiceError);
    const error = yield* thrown(() => service.put("late"));
    assert.ok(error instanceof ClosedError && error.by === "receiver");
    services.register("log", new Log());
    assert.equal(services.lookup("log").ended, false);
  });
});

test("names of a scope are seen inside, and those of outside too", async () => {
  await simulate(function* () {
    const [outer, inner] = [new Log(), new Log()];
    services.register("outer", outer);
    services.register("both", outer);
    services.track("value", "outer");
    yield* services.scope(
      (function* (): Operation<void> {
        services.register("both", inner);
        services.register("inner", inner);
        services.track("value", "inner");
        yield* go(function* () {
          assert.deepEqual(services.names(), ["both", "inner", "outer"]);
          services.lookup<string>("both").send("x");
          assert.equal(services.value("value").get(), "inner");
        });
        const waiting = go(() => services.wait("later"));
        yield* yieldNow();
        services.register("later", outer);
        yield* waiting;
        services.deregister("outer");
      })(),
    );
    assert.equal(inner.dataReady(), 1);
    assert.deepEqual(services.names(), ["both"]);
    assert.equal(services.value("value").get(), "outer");
    assert.ok((yield* thrown(() => services.lookup("inner"))) instanceof UnknownServiceError);
  });
});

test("two runs never see each other's names, also if one is started in the other", async () => {
  const log = new Log();
  await run(function* () {
    services.register("log", log);
    yield* services.scope(
      (function* () {
        services.register("inner", log);
        const other = run(() => services.names());
        yield* group(async () => assert.deepEqual(await other, []));
      })(),
    );
    const other = run(function* () {
      yield* sleep(0);
      services.lookup("log");
    });
    yield* group(async () => {
      await assert.rejects(other, UnknownServiceError);
    });
  });
});

test("an async body keeps what it sees", async () => {
  await run(async () => {
    const here = services.here();
    await null;
    assert.throws(() => services.lookup("log"), MisuseError);
    here.register("log", new Log());
    assert.deepEqual(here.names(), ["log"]);
    const value = here.track("n", 1);
    value.set(2);
    assert.equal(here.value("n").get(), 2);
  });
});

test("each misuse of services has an error of its own", async () => {
  const foreign = new Log();
  await simulate(function* () {
    const log = new Log();
    services.register("log", log);
    const is = function* (kind: abstract new (...args: never) => Error, message: RegExp, f: () => unknown) {
      const error = yield* thrown(f);
      assert.ok(error instanceof kind, `${error}`);
      assert.match(error.message, message);
    };
    yield* is(ServiceExistsError, /"log" is "Log#\d+\.inbox" already/, () => services.register("log", new Log()));
    yield* is(UnknownServiceError, /no service "lag" is registered here\. There are: log\./, () =>
      services.lookup("lag"),
    );
    yield* is(UnknownServiceError, /no service "lag"/, () => services.deregister("lag"));
    yield* is(UnknownBoxError, /services\.register: .*has no box "in"/, () =>
      services.register("x", log, "in" as never),
    );
    yield* is(UnknownBoxError, /is an outbox/, () => services.register("x", log, "outbox" as never));
    yield* is(MisuseError, /expected a component/, () => services.register("x", {} as never));
    yield* is(MisuseError, /the name must be a string that is not empty/, () => services.register("", log));
    yield* is(MisuseError, /expected what services\.handle\(\) has answered/, () => services.adopt({} as never));
    yield* is(MisuseError, /services\.scope/, () => services.scope(1 as never));
    yield* group(function* (g) {
      const mine = g.go(function* mine() {
        services.register("mine", foreign);
        yield* sleep(5);
        services.deregister("mine");
      });
      yield* sleep(1);
      g.go(function* theirs() {
        yield* is(NotYourServiceError, /was registered by task #\d+ "mine", and not by task #\d+ "theirs"/, () =>
          services.deregister("mine"),
        );
      });
      yield* mine;
    });
    services.deregister("log");
    assert.deepEqual(services.names(), []);
  });
  const across = run(function* () {
    const log = new Log();
    const task = log.start();
    yield* sleep(0);
    const other = run(() => services.register("log", log));
    yield* group(async () => {
      await assert.rejects(other, (error) => error instanceof LinkAcrossRunsError && /another run/.test(error.message));
    });
    task.cancel();
  });
  await across;
  assert.throws(() => services.names(), MisuseError);
});

test("who waits for a service that never comes is named in the report", async () => {
  const stuck = simulate(function* main() {
    yield* services.wait("nobody");
  });
  await assert.rejects(
    stuck,
    (error) => error instanceof DeadlockError && /services\.wait "nobody"/.test(error.message),
  );
});

test("a tracked value is set by its owner and seen by all", async () => {
  await simulate(function* () {
    const mode = services.track<string>("mode", "idle");
    const seen = services.value<string>("mode");
    assert.equal(seen.get(), "idle");
    assert.equal(seen.version, 1);
    mode.set("busy");
    assert.equal(seen.get(), "busy");
    assert.equal(seen.version, 2);
    yield* go(() => mode.set("from below"));
    assert.equal(mode.get(), "from below");
    assert.match(inspect(seen), /^\[tracked value "mode", version 3\]$/);
  });
});

test("who waits for a change gets the latest, and never misses the last", async () => {
  await simulate(function* () {
    const owner = go(function* owner() {
      const n = services.track("n", 0);
      yield* sleep(10);
      n.set(1);
      n.set(2);
      yield* sleep(10);
      n.set(3);
    });
    yield* sleep(1);
    const n = services.value<number>("n");
    const changes = n.changes();
    assert.deepEqual(yield* changes.next(), { done: false, value: 0 });
    assert.equal(yield* n.changed(), 2);
    assert.equal(yield* n.changed(1), 2); // at once: it has changed since
    assert.deepEqual(yield* changes.next(), { done: false, value: 2 });
    assert.equal(changes.version, 3);
    const slow = n.changes(n.version);
    yield* owner;
    assert.deepEqual(yield* slow.next(), { done: false, value: 3 });
    assert.deepEqual(yield* slow.next(), { done: true, value: undefined });
    assert.equal(n.ended, true);
    assert.equal(n.get(), 3);
    assert.ok((yield* thrown(() => n.changed())) instanceof EndOfChannel);
  });
});

test("a value that other threads see must be one that can be copied", async () => {
  await simulate(function* () {
    const value = services.track<unknown>("value", 1);
    services.handle();
    const error = yield* thrown(() => value.set(() => 1));
    assert.ok(error instanceof MisuseError);
    assert.match(error.message, /^OwnedValue\.set: .*function/);
    assert.equal(value.get(), 1);
    assert.equal(value.version, 1);
    const refused = yield* thrown(() => services.track("local", () => 1));
    assert.match((refused as Error).message, /^services\.track: .*function/);
    services.track("local", 1); // the name is free
  });
  await simulate(function* () {
    const value = services.track<unknown>("value", () => 1);
    assert.match(((yield* thrown(() => services.handle())) as Error).message, /^services\.handle: .*function/);
    value.set(1);
    services.handle();
  });
});

test("a value is followed with for await", async () => {
  const seen: number[] = [];
  await run(function* () {
    const n = services.track("n", 1);
    const follower: Task<void> = go(async () => {
      for await (const value of services.value<number>("n").changes()) seen.push(value);
    });
    yield* sleep(1);
    n.set(2);
    yield* sleep(1);
    n.release();
    n.release();
    yield* follower;
  });
  assert.deepEqual(seen, [1, 2]);
});

test("each misuse of values has an error of its own", async () => {
  await simulate(function* () {
    const mine = services.track("mine", 1);
    assert.ok((yield* thrown(() => services.track("mine", 2))) instanceof ValueExistsError);
    const unknown = yield* thrown(() => services.value("other"));
    assert.ok(unknown instanceof UnknownValueError);
    assert.match(unknown.message, /"other" has not been declared here\. Declared: mine\./);
    const theirs = yield* go(function* theirs() {
      return services.track("theirs", 1);
    });
    const late = yield* thrown(() => theirs.set(2));
    assert.ok(late instanceof NotOwnerError);
    assert.match(late.message, /was released, or its owner task #\d+ "theirs" has ended/);
    assert.ok((yield* thrown(() => services.value("theirs"))) instanceof UnknownValueError);
    yield* group(function* (g) {
      const held: { value?: ReturnType<typeof services.track<number>> } = {};
      g.go(function* owner() {
        held.value = services.track("held", 1);
        yield* sleep(5);
      });
      g.go(function* thief() {
        yield* sleep(1);
        const error = yield* thrown(() => held.value?.set(2));
        assert.ok(error instanceof NotOwnerError);
        assert.match(error.message, /"held" belongs to task #\d+ "owner", and task #\d+ "thief" was not started by it/);
      });
    });
    mine.release();
    services.track("mine", 3);
    assert.equal(services.value("mine").get(), 3);
  });
});
