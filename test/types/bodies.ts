// What may be a body, what must not be, and what `run`, `go` and `group` make of its result. Compile-only.

import { type Body, channel, go, group, type Operation, type Receiver, run, sleep, type Task } from "offshoot";
import { is } from "./expect.ts";

const numbers = channel<number>();

function* generator(): Operation<number> {
  return yield* numbers.receive();
}
function* foreign(): Generator<number, string> {
  yield 1;
  return "done";
}
async function* stream(): AsyncGenerator<number, string> {
  yield 1;
  return "done";
}

// results: generator, async, plain, plain that returns an operation
is<Promise<number>>()(run(generator));
is<Promise<string>>()(run(async () => "async"));
is<Promise<boolean>>()(run((): boolean => true));
is<Promise<number>>()(run(() => numbers.receive()));
is<Promise<void>>()(run(function* () {}));
is<Promise<string>>()(
  run(function* () {
    const value = yield* numbers.receive();
    is<number>()(value);
    return value.toFixed();
  }),
);

export function* spawning(): Operation<void> {
  is<Task<number>>()(go(generator));
  is<Task<string>>()(go(async () => "async"));
  is<Task<number>>()(go(() => numbers.receive()));
  is<number>()(yield* go(generator));

  // arguments are passed on and checked
  is<Task<string>>()(go(labelled, "n", numbers));
  is<Task<string>>()(go(async (n: number, s: string) => s.repeat(n), 2, "x"));
  // @ts-expect-error an argument of another type
  go(labelled, 1, numbers);
  // @ts-expect-error an argument too few
  go(labelled, "n");

  is<number>()(
    yield* group(function* (g) {
      is<Task<string>>()(g.go(labelled, "n", numbers));
      is<Task<number> | undefined>()(g.tryGo(generator));
      is<Task<void>>()(g.daemon(() => sleep(1)));
      return yield* g.go(generator);
    }),
  );
  is<string>()(yield* group(async () => "async"));
}

function* labelled(label: string, input: Receiver<number>): Operation<string> {
  return `${label}${yield* input.receive()}`;
}

// a variable can be annotated
export const kept: Body<number>[] = [generator, async () => 1, () => 1, () => numbers.receive()];
export const taking: Body<string, [string, Receiver<number>]> = labelled;
// @ts-expect-error the result is of another type
export const wrong: Body<string> = generator;

// the star forgotten
// @ts-expect-error `yield` hands an operation to the scheduler, which takes none: `yield*`
run(function* () {
  yield numbers.receive();
});
export function* starless(): Operation<void> {
  // @ts-expect-error the same in a body that is started
  go(function* () {
    yield sleep(1);
  });
  // @ts-expect-error the same in a group's body
  yield* group(function* () {
    yield sleep(1);
  });
  // @ts-expect-error where the type of the generator is written, the `yield` itself is told
  yield sleep(1);
}

// foreign generators
// @ts-expect-error a generator that yields numbers is no body
run(foreign);
// @ts-expect-error neither is an async generator
run(stream);
export function* foreigners(): Operation<void> {
  // @ts-expect-error a generator that yields numbers is no body
  go(foreign);
  // @ts-expect-error neither is an async generator
  go(stream);
  // @ts-expect-error nor can it be performed
  yield* foreign();
}

// @ts-expect-error `run` gives its body no arguments
run(labelled);
