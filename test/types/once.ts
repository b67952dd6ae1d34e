// What the value of a Once is: inferred from every kind of body, also from one that returns something iterable. Compile-only.

import { always, type Body, Once, type Operation, SingleFlight, sleep } from "offshoot";
import { is } from "./expect.ts";

declare const body: Body<number>;

is<Once<string>>()(new Once((): string => "plain"));
is<Once<string | number>>()(new Once((): string | number => 1));
is<Once<string[]>>()(new Once((): string[] => []));
is<Once<Map<string, number>>>()(new Once(() => new Map<string, number>()));
is<Once<number>>()(new Once(body));
is<Once<number>>()(new Once((): Operation<number> => always(1)));
is<Once<string>>()(new Once(async () => "async"));
is<Once<string>>()(
  new Once(function* () {
    yield* sleep(1);
    return "generator";
  }),
);
is<Operation<{ readonly value: string[]; readonly shared: boolean }>>()(
  new SingleFlight<string, string[]>().do("key", () => []),
);

// @ts-expect-error: a generator that yields something foreign is no body
new Once(function* () {
  yield 1;
});
