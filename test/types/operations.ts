// Leaves can be awaited, mapped and selected; composites can only be performed. Compile-only.

import {
  always,
  channel,
  group,
  never,
  type Operation,
  type Selectable,
  select,
  shield,
  sleep,
  type Task,
  yieldNow,
} from "offshoot";
import { is, same } from "./expect.ts";

const numbers = channel<number>();
declare const task: Task<string>;

function* composite(): Operation<string> {
  yield* sleep(1);
  return "composite";
}

export async function awaiting(): Promise<void> {
  is<number>()(await numbers.receive());
  is<void>()(await numbers.send(1));
  is<string>()(await task);
  is<string>()(await numbers.receive().map((n) => n.toFixed()));
  // @ts-expect-error a composite needs a task: awaiting it would do nothing
  await composite();
  // @ts-expect-error the same for a group
  await group(composite);
  // @ts-expect-error the same for a shielded operation
  await shield(sleep(1));
}

export function* performing(): Operation<void> {
  is<number>()(yield* numbers.receive());
  is<string>()(yield* composite());
  is<string>()(yield* shield(composite()));
  is<IteratorResult<number, void>>()(yield* numbers.next());
  const next = yield* numbers.next();
  if (!next.done) is<number>()(next.value);
  yield* yieldNow();
}

// a leaf is an operation, not the other way round
export const wider: Operation<number> = numbers.receive();
// @ts-expect-error a composite is not selectable
export const narrower: Selectable<string> = composite();
// @ts-expect-error a composite cannot be a case
select({ made: composite() });
// @ts-expect-error a promise cannot be a case
select({ made: Promise.resolve(1) });
// @ts-expect-error a channel is not its receive
select({ made: numbers });

// never and always
same<typeof never, Selectable<never>>();
is<Selectable<number>>()(always(1 as number));
is<Selectable<string>>()(always("x" as string));
export const nothing: Selectable<number> = never;
export async function ending(): Promise<void> {
  is<never>()(await never);
}
