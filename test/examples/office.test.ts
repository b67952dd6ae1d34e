// The office of examples/office: each desk alone, and all of them in every order.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Operation } from "offshoot";
import { handle, pipeline } from "offshoot/component";
import { explore, simulate } from "offshoot/testing";
import { greeter, printer, shouter } from "../../examples/office/office.ts";

test("a desk works alone, in the hands of a test", () =>
  simulate(function* () {
    const desk = handle(pipeline(shouter));
    yield* desk.put("is anybody there?");
    assert.equal(yield* desk.get(), "IS ANYBODY THERE?");
    desk.finish();
    assert.ok((yield* desk.next()).done);
  }));

test("whoever has a turn when, the papers keep their order and the office closes", async () => {
  function* office(): Operation<void> {
    const lines: string[] = [];
    yield* pipeline(
      greeter(["Ada", "Grace"]),
      shouter,
      1,
      printer((line) => lines.push(line)),
    );
    assert.deepEqual(lines, ["1 HELLO ADA", "2 HELLO GRACE"]);
  }
  const { ok, covered } = await explore(office, { keep: false });
  assert.deepEqual([ok, covered], [true, "every trace"]);
});

test("the program greets whom it is told to", () => {
  const main = fileURLToPath(new URL("../../examples/office/main.ts", import.meta.url));
  const greet = (...names: string[]): string =>
    spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...names], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      encoding: "utf8",
    }).stdout;
  assert.equal(greet(), "1 HELLO ADA\n2 HELLO GRACE\n3 HELLO EDSGER\n");
  assert.equal(greet("Bob"), "1 HELLO BOB\n");
});
