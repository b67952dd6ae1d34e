// A limit of steps that is no whole number was taken, and written into tokens that replay then refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { explore } from "offshoot/testing";

for (const maxSteps of [10.5, Number.POSITIVE_INFINITY, 1e21, 0])
  test(`maxSteps ${maxSteps} is misuse`, () =>
    assert.rejects(
      explore(() => 1, { maxSteps, keep: false }),
      { name: "MisuseError", message: /maxSteps must be a whole number of at least 1/ },
    ));
