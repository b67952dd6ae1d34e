// A thenable that calls back twice, or calls back and throws, woke the task of the body that returned it twice: the body ran again after its end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run, sleep } from "offshoot";

type Then = (resolve: (value: number) => void, reject: (error: unknown) => void) => void;

const thenables: Record<string, Then> = {
  "resolves twice": (resolve) => {
    resolve(1);
    resolve(2);
  },
  "resolves, then rejects": (resolve, reject) => {
    resolve(1);
    reject(new Error("too late"));
  },
  "resolves, then throws": (resolve) => {
    resolve(1);
    throw new Error("too late");
  },
  "resolves now and again later": (resolve) => {
    resolve(1);
    setImmediate(() => resolve(2));
  },
};

for (const [what, then] of Object.entries(thenables)) {
  test(`a body whose thenable ${what} runs once, with the first answer`, async () => {
    let runs = 0;
    const value = await run(() => {
      if (++runs > 3) throw new Error("run again and again");
      return { then } as unknown as PromiseLike<number>;
    });
    await run(() => sleep(2));
    assert.equal(value, 1);
    assert.equal(runs, 1);
  });
}
