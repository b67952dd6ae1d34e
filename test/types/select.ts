// The answer of `select` tells which case it was, and what that case gave. Compile-only.

import {
  always,
  channel,
  never,
  type Operation,
  type Selectable,
  type Selected,
  select,
  selectNow,
  sleep,
} from "offshoot";
import { is, same } from "./expect.ts";

const numbers = channel<number>();
const words = channel<string>();

export function* records(): Operation<void> {
  const got = yield* select({
    number: numbers.receive(),
    word: words.receive(),
    late: sleep(1),
    sent: words.send("x"),
  });
  is<"number" | "word" | "late" | "sent">()(got.key);
  if (got.key === "number") is<number>()(got.value);
  else if (got.key === "word") is<string>()(got.value);
  else if (got.key === "late") is<void>()(got.value);
  switch (got.key) {
    case "number":
      is<number>()(got.value);
      break;
    case "word":
      is<string>()(got.value);
      break;
    case "late":
    case "sent":
      is<void>()(got.value);
      break;
    default:
      is<never>()(got);
  }
  // @ts-expect-error there is no such case
  if (got.key === "other") return;
}

export function* arrays(): Operation<void> {
  const got = yield* select([numbers.receive(), words.receive()]);
  is<0 | 1>()(got.key);
  if (got.key === 0) is<number>()(got.value);
  else is<string>()(got.value);

  const many: Selectable<number>[] = [numbers.receive()];
  const one = yield* select(many);
  is<number>()(one.key);
  is<number>()(one.value);
}

export function* others(): Operation<void> {
  const now = selectNow({ number: numbers.receive() });
  if (now !== undefined) is<number>()(now.value);
  // @ts-expect-error the answer may be that no case is ready
  now.value;

  yield* select({ number: numbers.receive() }, { priority: true });
  // @ts-expect-error priority is a yes or a no
  yield* select({ number: numbers.receive() }, { priority: 1 });

  // a case that never comes, and one that is always there
  const maybe = yield* select({ off: never, on: always("x" as string) });
  if (maybe.key === "on") is<string>()(maybe.value);
  else is<never>()(maybe.value);

  // selects nest, and are mapped
  const outer = yield* select({
    inner: select({ number: numbers.receive() }),
    late: sleep(1).map(() => "late" as string),
  });
  if (outer.key === "inner") is<number>()(outer.value.value);
  else is<string>()(outer.value);
}

same<
  Selected<{ a: Selectable<1>; b: Selectable<2> }>,
  { readonly key: "a"; readonly value: 1 } | { readonly key: "b"; readonly value: 2 }
>();
