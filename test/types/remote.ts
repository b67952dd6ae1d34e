// Functions for workers: what `remote` finds in the type of a module, what `inline` takes, and what calling either gives. Compile-only.

import type { Operation } from "offshoot";
import { sleep } from "offshoot";
import { inline } from "../../src/parallel/inline.ts";
import type { RemoteFunction } from "../../src/parallel/origin.ts";
import { type Remote, remote } from "../../src/parallel/remote.ts";
import type * as image from "../parallel/modules/image.ts";
import { is, same } from "./expect.ts";

/** As a pool has it. */
declare function run<A extends readonly unknown[], R>(f: RemoteFunction<A, R>, ...args: A): Operation<R>;

const functions = remote<typeof image>(new URL("./image.ts", import.meta.url));

// what may be a body is there, with what it comes to: plain, async, generator, plain that returns an operation
same<"resize" | "fetched" | "nap" | "napping" | "thisOf", keyof typeof functions>();
is<RemoteFunction<[width: number, factor: number], number>>()(functions.resize);
is<RemoteFunction<[name: string], string>>()(functions.fetched);
is<RemoteFunction<[ms: number], string>>()(functions.nap);
is<RemoteFunction<[ms: number], string>>()(functions.napping);

// @ts-expect-error a generator that yields anything but operations is no body
functions.naturals;
// @ts-expect-error neither is an async generator
functions.stream;
// @ts-expect-error a class cannot be called
functions.Picture;
// @ts-expect-error a value cannot be called
functions.VERSION;
// @ts-expect-error no such export
functions.resise;
// @ts-expect-error it is called through a pool
functions.resize(1, 2);
// @ts-expect-error nothing can be put in its place
functions.resize = functions.napping;

/** A function that never returns is one all the same. */
declare const ending: Remote<{ crash(): never }>;
is<RemoteFunction<[], never>>()(ending.crash);

export function* calls(): Operation<void> {
  is<Operation<number>>()(run(functions.resize, 1, 2));
  is<Operation<string>>()(run(functions.nap, 1));
  // @ts-expect-error an argument too few
  run(functions.resize, 1);
  // @ts-expect-error an argument of another type
  run(functions.resize, 1, "2");
  // @ts-expect-error a function of this thread
  run((a: number) => a, 1);
  // @ts-expect-error the module as a whole
  run(functions);
}

// a module is named by a URL or a string
is<Remote<typeof image>>()(remote<typeof image>("file:///image.ts"));
is<RemoteFunction<[path: string, suffix?: string | undefined], string>>()(
  remote<typeof import("node:path")>("node:path").basename,
);
// @ts-expect-error a number names none
remote<typeof image>(1);

// inline: the same of a function that is written here
const factor = 2;
is<RemoteFunction<[a: number, b: number], number>>()(inline((a: number, b: number) => a * b * factor, { factor }));
is<RemoteFunction<[], string>>()(inline(async () => "async"));
is<RemoteFunction<[ms: number], string>>()(
  inline(
    function* (ms: number) {
      yield* sleep(ms);
      return "slept";
    },
    { sleep },
  ),
);
is<RemoteFunction<[ms: number], void>>()(inline((ms: number) => sleep(ms), { sleep }));
is<RemoteFunction<number[], number>>()(inline((...all: number[]) => all.length));
// @ts-expect-error a generator that yields numbers is no body
inline(function* () {
  yield 1;
});
// @ts-expect-error neither is an async generator
inline(async function* () {});
// @ts-expect-error `yield` without the star
inline(function* () {
  yield sleep(1);
});
// @ts-expect-error names are captured with their values
inline(() => factor, "factor");

// variance: a function that takes more, or gives less, stands for one that takes less and gives more
declare const wide: RemoteFunction<[a: number | string], 1>;
export const narrow: RemoteFunction<[a: number], number> = wide;
// @ts-expect-error not the other way round
export const wrong: RemoteFunction<[a: number | string], 1> = narrow;
