// With debug, a select of two cases of which the first was ready told that the second was never started: it had not been looked at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

test("a case of a select that lost without being looked at counts as started", async () => {
  const { code, stderr } = await program(
    `import { always, any, race, run, select, sleep } from "offshoot";
    await run(function* () {
      for (let i = 0; i < 8; i++) yield* select({ ready: always(1), late: sleep(1) });
      yield* race([always(1), sleep(1)]);
      yield* any([always(1), sleep(1)]);
    }, { debug: true });`,
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
