// Axon: a backlog that had no room in the new sink was forwarded half-way; one message was lost, and a link that nobody could undo was left behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoSpaceInBoxError } from "offshoot/component";
import { thrown } from "../support/caught.ts";
import { checkAll, Idle, insideOf, lostAt } from "../support/components.ts";

test("a backlog too large for the new sink is refused before anything moves, and the boxes can be linked later", () => {
  const [w, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
  w.link([a, "outbox"], [b, "inbox"]);
  c.setInboxSize("inbox", 3);
  for (let n = 0; n < 5; n++) a.send(n);
  const error = thrown(NoSpaceInBoxError, () => w.link([b, "inbox"], [c, "inbox"]));
  assert.deepEqual([error.length, error.limit], [0, 3]);
  assert.match(
    error.message,
    /^Component\.link: "Idle#\d+\.inbox" holds 5 messages, and "Idle#\d+\.inbox" has room for 3 of 3\. Collect them first/,
  );
  assert.deepEqual([b.dataReady(), c.dataReady(), lostAt(b, "inbox")], [5, 0, 0]);
  assert.equal(insideOf(w).links.size, 1);
  checkAll(a, b, c);
  assert.deepEqual([b.recv(), b.recv()], [0, 1]);
  w.link([b, "inbox"], [c, "inbox"]);
  assert.deepEqual([...c.drain()], [2, 3, 4]);
});
