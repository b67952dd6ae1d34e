// Streams of Node and of the web, and async iterables, as parts: their ends, errors, back-pressure, and what becomes of them when others leave.

import assert from "node:assert/strict";
import { Duplex, PassThrough, Readable, Transform, Writable } from "node:stream";
import { test } from "node:test";
import { MisuseError, never, type Operation, run, until } from "offshoot";
import { Component, type Part, pipeline } from "offshoot/component";
import { rejected, thrown } from "../support/caught.ts";
import { Giving, Keeping } from "../support/components.ts";

/** A stream that keeps what is written to it. */
const keeper = (got: unknown[], options: object = {}): Writable =>
  new Writable({
    objectMode: true,
    write(chunk, _, done) {
      got.push(chunk);
      done();
    },
    ...options,
  });

/** Gives one message, and then lives on. */
class GivesOne extends Component {
  override *main(): Operation<void> {
    yield* this.put(1);
    yield* never;
  }
}

/** Gives messages as long as somebody takes them. */
class Endless extends Component {
  override *main(): Operation<void> {
    for (;;) yield* this.put("message");
  }
}

function* takesOne(self: Component): Operation<void> {
  yield* self.receive();
}

/** What a pipeline that ends in a component that keeps comes to. */
async function kept(...parts: readonly (Part | number)[]): Promise<unknown[]> {
  const keeping = new Keeping();
  await run(() => pipeline([...parts, keeping] as never, {}) as unknown as Operation<void>);
  return keeping.got;
}

test("what a readable stream, an async iterable and a web stream give arrives in order, and then the end", async () => {
  const web = new ReadableStream({
    start(controller) {
      for (const n of [1, 2, 3]) controller.enqueue(n);
      controller.close();
    },
  });
  async function* iterable(): AsyncGenerator<number> {
    yield* [1, 2, 3];
  }
  for (const source of [Readable.from([1, 2, 3]), iterable(), web])
    assert.deepEqual(await kept(source), [1, 2, 3, "end"]);
});

test("a writable stream is ended after the last message, and waited for", async () => {
  const got: unknown[] = [];
  const target = keeper(got, {
    final(done: () => void) {
      setImmediate(() => {
        got.push("final");
        done();
      });
    },
  });
  await run(() => pipeline(new Giving(1, 2, 3), target));
  assert.deepEqual(got, [1, 2, 3, "final"]);
  assert.ok(target.writableFinished);
});

test("a writable stream of the web is closed after the last message", async () => {
  const got: unknown[] = [];
  const target = new WritableStream({
    write: (chunk) => void got.push(chunk),
    close: () => void got.push("closed"),
  });
  await run(() => pipeline(new Giving(1, 2), target));
  assert.deepEqual(got, [1, 2, "closed"]);
});

test("a stream that is both stands in the midst", async () => {
  const double = new Transform({
    objectMode: true,
    transform(chunk, _, done) {
      done(null, chunk * 2);
    },
  });
  assert.deepEqual(await kept(new Giving(1, 2), double), [2, 4, "end"]);
  const web = new TransformStream<unknown, unknown>({
    transform: (chunk, controller) => controller.enqueue((chunk as number) * 2),
  });
  assert.deepEqual(await kept(new Giving(1, 2), web), [2, 4, "end"]);
  const echo = new Duplex({
    objectMode: true,
    read() {},
    write(chunk, _, done) {
      this.push(`${chunk}!`);
      done();
    },
    final(done) {
      this.push(null);
      done();
    },
  });
  assert.deepEqual(await kept(new Giving("a"), echo), ["a!", "end"]);
});

test("a slow stream holds its producer back", async () => {
  const pending: (() => void)[] = [];
  const target = keeper([], {
    highWaterMark: 1,
    write(_chunk: unknown, _encoding: unknown, done: () => void) {
      pending.push(done);
    },
  });
  let given = 0;
  class Counts extends Component {
    override *main(): Operation<void> {
      for (given = 0; given < 10; given++) yield* this.put(given);
    }
  }
  const ends = run(() => pipeline(new Counts(), 1, target));
  for (let written = 1; written <= 10; written++) {
    while (pending.length === 0) await new Promise(setImmediate);
    assert.ok(given <= written + 2, `${given} given when ${written} were taken`);
    pending.shift()?.();
  }
  await ends;
});

test("many messages pass a transform with small buffers on all sides", async () => {
  const messages = Array.from({ length: 500 }, (_, i) => i);
  const pass = new PassThrough({ objectMode: true, highWaterMark: 2 });
  assert.deepEqual(await kept(new Giving(...messages), 2, pass), [...messages, "end"]);
});

test("an error of a source fails the pipeline with it", async () => {
  async function* breaks(): AsyncGenerator<number> {
    yield 1;
    throw new RangeError("broken");
  }
  for (const source of [breaks(), Readable.from(breaks())])
    assert.equal((await rejected(RangeError, kept(source))).message, "broken");
});

test("an error of a transform fails the pipeline with it", async () => {
  const breaks = new Transform({
    objectMode: true,
    transform(_chunk, _, done) {
      done(new RangeError("broken"));
    },
  });
  assert.equal((await rejected(RangeError, kept(new Giving(1, 2), breaks))).message, "broken");
});

test("a write that fails is noticed although no message follows", async () => {
  const node = keeper([], {
    write(_chunk: unknown, _encoding: unknown, done: (error: Error) => void) {
      setImmediate(() => done(new RangeError("disk full")));
    },
  });
  assert.equal(
    (
      await rejected(
        RangeError,
        run(() => pipeline(new GivesOne(), node)),
      )
    ).message,
    "disk full",
  );
  let controller: WritableStreamDefaultController | undefined;
  const web = new WritableStream({
    start(made) {
      controller = made;
    },
    write() {
      setImmediate(() => controller?.error(new RangeError("gone")));
    },
  });
  assert.equal(
    (
      await rejected(
        RangeError,
        run(() => pipeline(new GivesOne(), web)),
      )
    ).message,
    "gone",
  );
});

test("a stream that somebody destroys while it is written to fails the pipeline, and does not hang it", async () => {
  for (const producer of [new GivesOne(), new Giving(...Array.from({ length: 1_000 }, (_, i) => i))]) {
    const target = keeper([], {
      write(_chunk: unknown, _encoding: unknown, done: () => void) {
        setImmediate(() => {
          target.destroy();
          done();
        });
      },
    });
    const error = await rejected(
      Error,
      run(() => pipeline(producer, target)),
    );
    assert.equal((error as NodeJS.ErrnoException).code, "ERR_STREAM_PREMATURE_CLOSE");
  }
});

test("a stream that was destroyed before is refused, with the reason", () => {
  const target = keeper([]);
  target.destroy();
  const error = thrown(MisuseError, () => pipeline(new Giving(1), target));
  assert.equal(
    error.message,
    "pipeline: the Writable takes nothing any more, as it was ended or destroyed. Give one that is open.",
  );
});

test("a source whose consumer leaves is left: a stream is destroyed, a generator returns, a web stream is cancelled", async () => {
  const stream = Readable.from([1, 2, 3]);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  await run(() => pipeline(stream, takesOne));
  await closed;

  const left = resolvers<string>();
  async function* endless(): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      left.resolve("returned");
    }
  }
  await run(() => pipeline(endless(), takesOne));
  assert.equal(await left.promise, "returned");

  let cancelled = false;
  const web = new ReadableStream({
    pull: (controller) => controller.enqueue(1),
    cancel: () => {
      cancelled = true;
    },
  });
  await run(() => pipeline(web, takesOne));
  assert.ok(cancelled);
});

test("a transform whose consumer leaves is destroyed, and its producer ends quietly", async () => {
  const pass = new PassThrough({ objectMode: true });
  await run(() => pipeline(new Endless(), pass, takesOne));
  assert.ok(pass.destroyed);
});

test("a transform that gives no more ends, although it is still written to", async () => {
  let ended = false;
  const first = new Transform({
    objectMode: true,
    transform(chunk, _, done) {
      if (!ended) {
        this.push(chunk);
        this.push(null);
        ended = true;
      }
      done();
    },
  });
  assert.deepEqual(await kept(new Endless(), first), ["message", "end"]);
});

test("a stream whose component is stopped is destroyed", async () => {
  const written = resolvers<void>();
  const target = keeper([], {
    write(_chunk: unknown, _encoding: unknown, done: () => void) {
      done();
      written.resolve();
    },
  });
  await run(function* () {
    const line = pipeline(new GivesOne(), target);
    line.start();
    yield* until(written.promise);
    line.stop();
  });
  assert.ok(target.destroyed);
});

test("listeners are taken back: a stream of which many messages were written has none left", async () => {
  const target = keeper([], { highWaterMark: 1, autoDestroy: false });
  await run(() => pipeline(new Giving(...Array.from({ length: 100 }, (_, i) => i)), target));
  for (const event of ["drain", "error", "close", "finish"]) assert.equal(target.listenerCount(event), 0, event);
});

function resolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
