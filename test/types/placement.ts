// Parts in other places: what can be placed, with which arguments, and which boxes the component has that stands for it. Compile-only.

import type { Operation } from "offshoot";
import { type Component, inProcess, inThread, pipeline } from "offshoot/component";
import { Pool, type RemoteFunction, type RemoteMaker, remote } from "offshoot/parallel";
import type * as local from "../component/placement/parts.ts";
import { is } from "./expect.ts";

const parts = remote<typeof local>(new URL("./parts.ts", import.meta.url));

// classes, factories and generator functions are named; what makes no component is not
is<RemoteMaker<[factor: number], local.Multiplier>>()(parts.Multiplier);
const factory: RemoteFunction<[], void> = parts.Sorter; // a pool could call it too, for nothing
// @ts-expect-error its instances are no components
parts.NoComponent;

// each has the boxes of the part
is<Component<{ inbox: number }, { outbox: number }>>()(inThread(parts.Multiplier, [3]));
const sorter: Component<{ inbox: number }, { outbox: number; odd: number }> = inThread(parts.Sorter);
is<Component<{ inbox: number }, { outbox: number }>>()(inProcess(parts.adder, [1]));
is<Component<{ inbox: number }, { outbox: number }>>()(inThread(parts.twice, [1], { queue: 4, pool: new Pool() }));

// @ts-expect-error an argument too few
inThread(parts.Multiplier, []);
// @ts-expect-error the arguments are needed
inThread(parts.Multiplier);
// @ts-expect-error an argument of another type
inThread(parts.Multiplier, ["3"]);
// @ts-expect-error the component is not among the arguments
inThread(parts.adder, [null, 1]);
// @ts-expect-error a process is in no pool
inProcess(parts.Multiplier, [3], { pool: new Pool() });
// @ts-expect-error a class of this thread
inThread(class {});

function* words(self: Component<{ inbox: never }, { outbox: string }>): Operation<void> {
  yield* self.put("one");
}
// @ts-expect-error it takes numbers
pipeline(words, inThread(parts.Multiplier, [3]));
export const used: readonly unknown[] = [factory, sorter];
