// A promise of me.run() or of leaf.then() that nobody awaited any more was rejected when the library cancelled its operation, and the process died of that
// although the failure of the run had been handled. In processes of their own, because what is unhandled ends them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ended, program } from "../support/process.ts";

const head = `import { channel, currentTask, run, sleep } from "offshoot";
  const turns = async () => { for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve)); };`;

function lives(ended: Ended): void {
  assert.equal(ended.stdout.trim(), "handled boom\nlives", ended.stderr);
  assert.equal(ended.code, 0, ended.stderr);
}

test("a promise of Task.run that is cancelled with its task needs no handler", async () => {
  lives(
    await program(`${head}
      await run(async function body() {
        const me = currentTask();
        const a = me.run((function* () { yield* sleep(1); throw new Error("boom"); })());
        const b = me.run(sleep(100_000));
        await a;
        await b;
      }).catch((error) => console.log("handled", error.message));
      await turns();
      console.log("lives");`),
  );
});

test("a promise derived from an operation that is cancelled with its task needs no handler", async () => {
  lives(
    await program(`${head}
      await run(async function body() {
        const next = channel().receive().then((value) => value);
        await sleep(1);
        throw new Error("boom");
      }).catch((error) => console.log("handled", error.message));
      await turns();
      console.log("lives");`),
  );
});

test("an operation that is awaited when its task has been cancelled needs no handler", async () => {
  lives(
    await program(`${head}
      await run(async function body() {
        const me = currentTask();
        const late = channel().receive();
        const end = me.run(sleep(100_000)).catch(() => {
          late.then((value) => value);
          me.run(sleep(1));
        });
        me.run((function* () { yield* sleep(1); throw new Error("boom"); })()).catch((error) => me.cancel(error));
        await end;
        throw new Error("boom");
      }).catch((error) => console.log("handled", error.message));
      await turns();
      console.log("lives");`),
  );
});

test("whoever awaits a promise of the library that is cancelled still sees Cancelled", async () => {
  const { code, stdout, stderr } = await program(`${head}
    const seen = [];
    await run(async function body() {
      const me = currentTask();
      me.run(sleep(100_000)).catch((error) => seen.push(error.name));
      channel().receive().then(() => {}, (error) => seen.push(error.name));
      channel().receive().then(() => {}).catch((error) => seen.push(error.name));
      await sleep(1);
      throw new Error("boom");
    }).catch(() => {});
    await turns();
    console.log(seen.join(" "));`);
  assert.equal(stdout.trim(), "Cancelled Cancelled Cancelled", stderr);
  assert.equal(code, 0, stderr);
});

for (const [what, text] of [
  ["an operation under Task.run", `currentTask().run((function* () { yield* sleep(1); throw new Error("real"); })());`],
  ["an awaited operation", `ch.receive().map(() => { throw new Error("real"); }).then((value) => value);`],
  ["a handler given to then", `sleep(1).then(() => { throw new Error("real"); });`],
] as const) {
  test(`a real failure of ${what} that nobody handles is an unhandled rejection`, async () => {
    const { stdout, stderr } = await program(`${head}
      process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
      const ch = channel(1);
      await run(async function body() {
        ${text}
        ch.trySend(1);
        await sleep(5);
      });
      await turns();`);
    assert.equal(stdout.trim(), "unhandled real", stderr);
  });
}
