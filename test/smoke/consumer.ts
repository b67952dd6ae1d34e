// What a user of TypeScript does with the installed package; compiled only.

import { channel, go, type Operation, type Receiver, run, type Sender, select, sleep, type Task } from "offshoot";
import { cell, type ExploreResult, explore, simulate } from "offshoot/testing";

function* double(input: Receiver<number>, output: Sender<number>): Operation<number> {
  let count = 0;
  for (;;) {
    const got = yield* select({ item: input.receive(), late: sleep(1_000) });
    if (got.key === "late") return count;
    yield* output.send(got.value * 2);
    count++;
  }
}

export const program: Promise<number> = run(function* () {
  const input = channel<number>();
  const output = channel<number>(8);
  const task: Task<number> = go(double, input, output);
  yield* input.send(1);
  return yield* task;
});

const body = function* (): Operation<number> {
  const shared = cell(0);
  return yield* shared.update((n) => n + 1);
};
export const found: Promise<ExploreResult<number>> = explore(body, { strategy: "dfs" });
export const simulated: Promise<number> = simulate(body);
