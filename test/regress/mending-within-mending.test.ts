// Who mended an object after a death, and found in the midst of that that another thread had died, gave the right to mend away when it was done with the second: others could begin with the
// first, half mended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY, NEW, SharedObject } from "../../src/parallel/directory.ts";
import { here } from "../../src/parallel/neighbours.ts";

/** The word that says who mends. */
const MENDER = 1;

class Mended extends SharedObject {
  readonly log: number[] = [];

  protected mendFor(dead: number): void {
    if (dead === 1) this.mend(2);
    this.log.push(dead, this.words[MENDER] as number);
  }
}

test("an object that is mended for a second thread meanwhile is still mended by one thread only", () => {
  const { who } = here();
  const object = new Mended("test", new SharedArrayBuffer(BODY * 4), "mended", NEW);
  object.mend(1);
  assert.deepEqual(object.log, [2, who, 1, who]);
  assert.equal(object.words[MENDER], 0);
});
