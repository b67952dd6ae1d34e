// A thread that was just about to sleep when a message was sent to it, and did not hear it before its event loop ran dry, was taken for one that has nothing to do: a run that waited for a
// call on it, whose arguments were on their way, ended as a deadlock. So did one that had taken the message, and was loading what it needed.

import assert from "node:assert/strict";
import { test } from "node:test";
import "offshoot";
import { Commons, slotOf } from "../../src/parallel/commons.ts";
import { Life } from "../../src/parallel/life.ts";
import type { Message } from "../../src/parallel/message.ts";
import { here } from "../../src/parallel/neighbours.ts";

/** A first thread that waits, and another one that it has asked. */
function asking() {
  const commons = new Commons();
  const [who, other] = [commons.enter(0), commons.enter(0)];
  const handlers = new Map<string, (message: never, from: number) => void>();
  const asked: number[] = [];
  const surroundings = {
    commons,
    who,
    slot: slotOf(who),
    scheduler: { turns: 1 },
    isWaiting: true,
    on: (about: string, handler: (message: never, from: number) => void) => handlers.set(about, handler),
    whisper: (_who: number, message: Message) => asked.push((message as Message & { number: number }).number),
  };
  const life = new Life(surroundings as never, false);
  const answer = (activity: number): void => {
    commons.fallAsleep(slotOf(other), activity);
    handlers.get("dry")?.({ about: "dry", number: asked.at(-1), activity, waits: "" } as never, other);
  };
  return { commons, other, life, asked, answer, surroundings };
}

test("threads that have nothing to do wake nobody", () => {
  const { life, asked, answer } = asking();
  assert.equal(life.mayWake(), true);
  answer(5);
  assert.equal(life.mayWake(), false);
  assert.equal(asked.length, 1);
  life.letGo();
});

test("a thread to which a message is on its way may wake somebody, although it sleeps", () => {
  const { commons, other, life, asked, answer } = asking();
  assert.equal(life.mayWake(), true);
  commons.messageSent(other);
  answer(5);
  assert.equal(asked.length, 2); // it is asked again
  commons.messageTaken(slotOf(other));
  answer(6);
  assert.equal(life.mayWake(), false);
  life.letGo();
});

test("a thread that has taken a message since it answered may wake somebody", () => {
  const { commons, other, life, answer } = asking();
  assert.equal(life.mayWake(), true);
  answer(5);
  commons.fallAsleep(slotOf(other), 6);
  assert.equal(life.mayWake(), true);
  answer(6);
  assert.equal(life.mayWake(), false);
  life.letGo();
});

test("what a thread has heard counts as activity", async () => {
  const neighbours = here();
  const before = neighbours.life.activity;
  neighbours.tell(neighbours.who, { about: "nothing" } as Message);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.ok(neighbours.life.activity > before);
});
