// What composites, limits and values of tasks come to. Compile-only.

import {
  all,
  any,
  channel,
  currentTask,
  go,
  map,
  moveOnAfter,
  never,
  type Operation,
  type Receiver,
  race,
  restart,
  type Selectable,
  select,
  settle,
  shield,
  sleep,
  TaskLocal,
  timeout,
} from "offshoot";
import { is, same } from "./expect.ts";

const numbers = channel<number>();
const words = channel<string>();
declare const list: Operation<number>[];
declare const mixed: (Operation<number> | Operation<string>)[];
declare const stream: ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;

function* word(): Operation<string> {
  yield* sleep(1);
  return "word";
}
function* nothing(): Operation<void> {}

export function* several(): Operation<void> {
  // all: tuples, arrays, records
  is<[number, string, void]>()(yield* all([numbers.receive(), word(), sleep(1)]));
  is<number[]>()(yield* all(list));
  is<(string | number)[]>()(yield* all(mixed));
  is<[]>()(yield* all([]));
  const got = yield* all({ n: numbers.receive(), w: word(), next: numbers.next() });
  is<number>()(got.n);
  is<string>()(got.w);
  is<IteratorResult<number, void>>()(got.next);
  // @ts-expect-error no such key
  void got.other;
  const nested = yield* all({ pair: all([word(), go(word)]), deep: all({ n: numbers.receive() }) });
  is<[string, string]>()(nested.pair);
  is<number>()(nested.deep.n);
  const [first, ...rest] = yield* all([word(), ...list]);
  is<string>()(first);
  is<number[]>()(rest);

  // race and any: the union of the results
  is<string | number>()(yield* race([numbers.receive(), word()]));
  is<string | number>()(yield* any([numbers.receive(), word()]));
  is<number>()(yield* race(list));
  is<string | number>()(yield* any(new Set(mixed)));
  is<string | void>()(yield* race([word(), sleep(1)]));
  is<string>()(yield* race([word(), never]));
  is<string | number>()(yield* race([race([word()]), any([numbers.receive()])]));

  // settle: as Promise.allSettled
  const outcomes = yield* settle([numbers.receive(), word()]);
  is<PromiseSettledResult<string | number>[]>()(outcomes);
  for (const outcome of outcomes) if (outcome.status === "fulfilled") is<string | number>()(outcome.value);
}

export function* mapping(): Operation<void> {
  const options = { concurrency: 2 };
  is<number[]>()(
    yield* map(
      ["a"],
      function* (item, index) {
        is<string>()(item);
        is<number>()(index);
        return (yield* numbers.receive()) + index;
      },
      options,
    ),
  );
  is<string[]>()(yield* map([1], async (n) => n.toFixed(), options));
  is<boolean[]>()(yield* map(new Set([1]), (n) => n > 0, options));
  is<string[]>()(yield* map([1], () => words.receive(), options));
  is<string[]>()(yield* map([1], word, options));
  is<void[]>()(yield* map([1], nothing, options));
  is<number[]>()(yield* map(stream, (chunk) => chunk.length, options));
  const receiver: Receiver<number> = numbers;
  is<number[]>()(yield* map(receiver, (n) => n, options));
  is<[string, number][]>()(yield* map(new Map([["a", 1]]), (entry) => entry, options));

  // @ts-expect-error the concurrency has to be said
  map([1], (n) => n);
  // @ts-expect-error by its name
  map([1], (n) => n, 5);
  // @ts-expect-error numbers cannot be iterated
  map(5, (n) => n, options);
  // @ts-expect-error a generator that yields numbers is no body
  map([1], foreign, options);
  // @ts-expect-error the star forgotten in the body
  map([1], starless, options);
}

function* foreign(n: number): Generator<number, void> {
  yield n;
}
function* starless(): Generator<Selectable<void>, void> {
  yield sleep(1);
}

export function* limits(): Operation<void> {
  is<number>()(yield* timeout(5, numbers.receive()));
  is<string>()(yield* timeout(5, word()));
  is<string | undefined>()(yield* moveOnAfter(5, word()));
  is<number | undefined>()(yield* moveOnAfter(5, numbers.receive()));
  is<[number, string]>()(yield* timeout(5, all([numbers.receive(), word()])));
  is<string>()(yield* shield(timeout(5, word())));
  // @ts-expect-error the time comes first
  timeout(word(), 5);
  // @ts-expect-error a generator function is no operation: it has to be called
  timeout(5, word);
  // @ts-expect-error neither is a promise
  timeout(5, Promise.resolve(1));
}

export function* values(): Operation<void> {
  const local = new TaskLocal("user", "none");
  is<TaskLocal<string>>()(local);
  is<string>()(local.get());
  is<number>()(yield* local.with("me", numbers.receive()));
  // @ts-expect-error a value of another type
  local.with(5, word());
  const optional = new TaskLocal<number | undefined>("limit", undefined);
  is<number | undefined>()(optional.get());
  is<string>()(yield* optional.with(5, local.with("me", word())));
}

export function* again(): Operation<void> {
  is<string>()(yield* restart(word));
  is<number>()(yield* restart(async (attempt) => attempt));
  is<number>()(yield* restart((attempt) => attempt, { attempts: 3, backoff: false, when: (error) => error !== null }));
  is<string>()(yield* restart(() => word(), { backoff: { initial: 5 }, onRestart: (_, attempt, ms) => attempt + ms }));
  // @ts-expect-error no such option
  restart(word, { retries: 5 });
  // @ts-expect-error the body, not an operation
  restart(word());
}

export function* refused(): Operation<void> {
  // @ts-expect-error a composite has no single commit point: it cannot be selected
  select({ both: all([word(), word()]) });
  // @ts-expect-error neither can a race, which may have composed operations in it
  select([race([word()])]);
  // @ts-expect-error the same for an operation with a limit
  select({ limited: timeout(5, word()) });
  // @ts-expect-error one operation is no list of them
  race(numbers.receive());
  // @ts-expect-error a list of generator functions is no list of operations
  all([word]);
  // @ts-expect-error nor is a list of promises
  all([Promise.resolve(1)]);
  // @ts-expect-error a promise of a list is no list
  all(Promise.resolve(list));
  // @ts-expect-error the star forgotten
  yield all([word()]);
  // @ts-expect-error the same for a race
  yield race([word()]);
  void currentTask();
}

export async function awaiting(): Promise<void> {
  // @ts-expect-error a composite needs a task: awaiting it would do nothing
  await all([word()]);
  // @ts-expect-error the same for a race
  await race([word()]);
  // @ts-expect-error the same for settle
  await settle([word()]);
  // @ts-expect-error the same for map
  await map([1], (n) => n, { concurrency: 1 });
  // @ts-expect-error the same for a limit
  await timeout(5, word());
  // @ts-expect-error the same for restart
  await restart(word);
}

same<Operation<number>, ReturnType<typeof timeout<number>>>();
