// How long a thread goes on looking before it sleeps, on a clock of the test.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Patience } from "../../src/parallel/patience.ts";

describe("Patience", () => {
  it("looks more often after each short sleep, and less after each long one", () => {
    const patience = new Patience();
    const first = patience.looks;
    assert.ok(first > 0);
    const more = afterSleep(patience, 0.1);
    assert.ok(more > first);
    assert.ok(afterSleep(patience, 0.1) > more);
    let looks = patience.looks;
    for (let i = 0; i < 10; i++) {
      const fewer = afterSleep(patience, 2);
      assert.ok(fewer < looks || looks === 0);
      looks = fewer;
    }
    assert.equal(looks, 0);
  });

  it("does not wait for whom it has roused, which may need this very processor", () => {
    const patience = new Patience();
    patience.hasWoken();
    assert.equal(patience.looks, 0);
  });

  it("waits a little for whom it has roused if it was roused soon itself", () => {
    const patience = new Patience();
    for (let i = 0; i < 10; i++) afterSleep(patience, 0.1);
    const most = patience.looks;
    patience.hasWoken();
    assert.ok(patience.looks > 0);
    assert.ok(patience.looks < most);
  });

  it("looks as often as ever once it has found something", () => {
    const patience = new Patience();
    const before = patience.looks;
    patience.hasWoken();
    patience.hasFound();
    assert.equal(patience.looks, before);
  });

  it("forgets with each sleep whom it has roused, and that it was roused soon", () => {
    const patience = new Patience();
    for (let i = 0; i < 10; i++) afterSleep(patience, 0.1);
    const most = patience.looks;
    patience.hasWoken();
    patience.sleeps(100);
    assert.equal(patience.looks, most); // woken by something else, it has roused nobody yet
    patience.hasWoken();
    assert.equal(patience.looks, 0);
  });
});

/** How often it looks after it has slept for so many milliseconds. */
function afterSleep(patience: Patience, ms: number): number {
  patience.sleeps(0);
  patience.wakes(ms);
  return patience.looks;
}
