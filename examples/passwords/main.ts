// Checks passwords with functions that block their thread, and shows what that does to a ticker in this one: nothing, when they are called with `blocking`.
//
//   node --conditions=offshoot/source examples/passwords/main.ts
//
// Exit code 0: the right ones came in, and nobody else; 1: otherwise.

import { group, type Operation, run, ticker } from "offshoot";
import { check, register } from "./logins.ts";
import { hash, matches } from "./vault.ts";

const BEAT = 10; // ms
const users = ["ann", "bob", "cy", "dee"].map((name) => ({ name, password: `${name}'s secret` }));
const logins = [...users, { name: "eve", password: "eve's secret" }, { name: "bob", password: "a guess" }];

await run(function* main(): Operation<void> {
  yield* watched("with blocking", function* (): Operation<void> {
    const hashes = yield* register(users);
    const welcome = yield* check(logins, hashes);
    for (const [i, { name, password }] of logins.entries())
      console.log(`  ${name}, "${password}": ${welcome[i] ? "welcome" : "no"}`);
    if (welcome.join() !== "true,true,true,true,false,false") process.exitCode = 1;
  });
  yield* watched("in this thread", function* (): Operation<void> {
    for (const { password } of users) matches(password, hash(password));
  });
});

/** Does something, and tells the longest time between two beats meanwhile. */
function* watched(how: string, body: () => Operation<void>): Operation<void> {
  let longest = 0;
  let last = performance.now();
  const beat = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  yield* group(function* (g): Operation<void> {
    g.daemon(function* (): Operation<void> {
      const beats = ticker(BEAT);
      for (;;) {
        yield* beats.next();
        beat();
      }
    });
    console.log(how);
    yield* body();
  });
  beat();
  console.log(`  a beat of ${BEAT} ms took ${Math.round(longest)} ms at most`);
}
