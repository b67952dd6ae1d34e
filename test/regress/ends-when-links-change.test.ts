// That all sources of a box had finished was found out by who asked, but those who waited already were not told when a link, made or undone, brought it about:
// they waited for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, never, type Operation, sleep, yieldNow } from "offshoot";
import { Component, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle, Keeping, Lasting } from "../support/components.ts";

test("a box finds its end when it is linked from a component that has ended", async () => {
  await simulate(function* () {
    const [wirer, ended, box] = [new Idle(), new Idle(), new Idle()];
    const waiting = go(() => box.next());
    yield* ended;
    wirer.link([ended, "outbox"], [box, "inbox"]);
    assert.equal((yield* waiting).done, true);
  });
});

test("a box finds its end when the link from the last that lives is undone", async () => {
  await simulate(function* () {
    const [wirer, ended, lives, box] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([ended, "outbox"], [box, "inbox"]);
    const last = wirer.link([lives, "outbox"], [box, "inbox"]);
    const waiting = go(() => box.next());
    yield* ended;
    yield* yieldNow();
    assert.equal(waiting.status, "waiting");
    wirer.unlink(last);
    assert.equal((yield* waiting).done, true);
  });
});

test("a box that led on finds its end when it is the last of the chain again", async () => {
  await simulate(function* () {
    const [wirer, source, middle, last] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([source, "outbox"], [middle, "inbox"]);
    const onward = wirer.link([middle, "inbox"], [last, "inbox"]);
    const waiting = go(() => middle.next());
    yield* source;
    wirer.unlink(onward);
    assert.equal((yield* waiting).done, true);
    assert.equal((yield* last.next()).done, true);
  });
});

test("a box has its end still when the chassis that all came through has been unlinked", async () => {
  await simulate(function* () {
    class Wrapper extends Component {
      override *main(): Operation<void> {
        yield* never;
      }
      override get relays(): boolean {
        return true;
      }
    }
    const [wirer, source, wrapper, box] = [new Idle(), new Idle(), new Wrapper(), new Idle()];
    wirer.link([source, "outbox"], [wrapper, "outbox"]);
    const onward = wirer.link([wrapper, "outbox"], [box, "inbox"]);
    const task = wrapper.start();
    yield* source;
    assert.equal((yield* box.next()).done, true);
    wirer.unlink(onward);
    assert.equal((yield* box.next()).done, true);
    task.cancel();
  });
});

test("a chassis whose parts never ran tells those it leads to", async () => {
  await simulate(function* () {
    const [wirer, line, keeping] = [new Idle(), pipeline(new Lasting(), new Lasting()), new Keeping()];
    wirer.link([line, "outbox"], [keeping, "inbox"]);
    wirer.link([line, "signal"], [wirer, "inbox"]);
    const task = keeping.start();
    yield* yieldNow();
    line.stop("never mind");
    line.start();
    yield* task;
    assert.deepEqual(keeping.got, ["end"]);
    assert.deepEqual({ ...(wirer.recv() as object) }, { kind: "shutdown", reason: "never mind" });
  });
});

test("an operation on a box that has been deleted finds the end", async () => {
  await simulate(function* () {
    const holder = new Idle();
    const name = holder.addInbox("extra");
    const op = holder.next(name as "inbox");
    holder.deleteInbox(name);
    assert.equal((yield* op).done, true);
    yield* sleep(1);
  });
});
