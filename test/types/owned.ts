// What the methods of an owned object are: operations on what they answer, in all kinds of bodies; and nothing else is there. Compile-only.

import { type Channel, type Operation, type Selectable, select } from "offshoot";
import { InterlockedList, type Owned, owner, SharedList } from "../../src/parallel/index.ts";
import { is, same } from "./expect.ts";

class Cache {
  size = 0;

  get(key: string): string | undefined {
    return key;
  }

  async load(url: URL, retries?: number): Promise<number> {
    return url.href.length + (retries ?? 0);
  }

  *drain(from: Channel<string>): Operation<string[]> {
    return [yield* from.receive()];
  }

  leaf(from: Channel<number>): Selectable<number> {
    return from.receive();
  }

  clear(): void {}
}

declare const cache: Owned<Cache>;
declare const words: Channel<string>;
declare const numbers: Channel<number>;

same<keyof Owned<Cache>, "get" | "load" | "drain" | "leaf" | "clear">();
is<Operation<Owned<Cache>>>()(owner(() => new Cache()));
is<Selectable<string | undefined>>()(cache.get("key"));
is<Selectable<number>>()(cache.load(new URL("file:///a"), 3));
is<Selectable<string[]>>()(cache.drain(words));
is<Selectable<number>>()(cache.leaf(numbers));
is<Selectable<void>>()(cache.clear());
is<Promise<string | undefined>>()(cache.get("key").then((value) => value));

export function* body(): Operation<string> {
  const got = yield* select({ cached: cache.get("key"), number: numbers.receive() });
  if (got.key === "cached") return got.value ?? "none";
  return String(got.value + 1);
}

// @ts-expect-error: fields stay with the owner
cache.size;
// @ts-expect-error: an argument of another type
cache.get(5);
// @ts-expect-error: what is owned is an object
owner(() => 5);

const list = new SharedList<{ readonly n: number }>();
is<number>()(list.push({ n: 1 }));
is<{ readonly n: number } | undefined>()(list.get(0));
is<{ readonly n: number }[]>()(list.slice(1));
const log = new InterlockedList<string>();
is<Selectable<string[]>>()(log.wait());
// @ts-expect-error: a value of another type
log.push(5);
