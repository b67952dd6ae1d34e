// Numbers from a task here to a worker, and from there to another task here: through shared channels alone, and through a graphline whose part in the midst was placed in a thread.

import { go, type Operation, run } from "offshoot";
import { type Component, graphline, inThread } from "offshoot/component";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { clock, type Outcome } from "../../trial.ts";

const PLACES = 128;

const jobs = remote<typeof import("./jobs.js")>(new URL("./jobs.js", import.meta.url));
const pool = new Pool({ threads: 1 });

export async function close(): Promise<void> {
  await pool.close();
}

export function channels(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const there = sharedChannel<number>(PLACES);
    const back = sharedChannel<number>(PLACES);
    go(() => pool.run(jobs.echoAll, there, back));
    // what comes before the clock starts is the worker's beginning
    yield* there.send(0);
    yield* back.receive();
    const begin = clock();
    go(function* (): Operation<void> {
      for (let i = 0; i < size; i++) yield* there.send(i);
      there.close();
    });
    let answer = 0;
    for (let n = yield* back.next(); !n.done; n = yield* back.next()) answer += n.value;
    return { ns: clock() - begin, answer };
  });
}

export async function graph(size: number): Promise<Outcome> {
  const outcome = { ns: 0, answer: 0 };
  let begin = 0;
  await run(() =>
    graphline({
      parts: {
        *source(self: Component<{ inbox: number }, { outbox: number }>): Operation<void> {
          yield* self.put(0);
          yield* self.receive(); // it has been there and back
          begin = clock();
          for (let i = 0; i < size; i++) yield* self.put(i);
        },
        part: inThread(jobs.echoing, [], { queue: PLACES, pool }),
        *sink(self: Component<{ inbox: number }, { outbox: number }>): Operation<void> {
          yield* self.put(yield* self.receive());
          for (let n = yield* self.next(); !n.done; n = yield* self.next()) outcome.answer += n.value;
          outcome.ns = clock() - begin;
        },
      },
      links: { "source.outbox": "part.inbox", "part.outbox": "sink.inbox", "sink.outbox": "source.inbox" },
    }),
  );
  return outcome;
}
