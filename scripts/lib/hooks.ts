// Stands in for node:test where test files share a process: its hooks would be called for the tests of all of them.
//
// Inside suites and tests they are those of node:test. For a file as a whole `after` is called when its tests have
// ended, and the others are refused.

import * as module from "node:module";
import nodeTest from "node:test";

export { default, describe, it, mock, only, run, skip, suite, test, todo } from "node:test";

type Call = (...args: never) => unknown;
type Hook = (call: Call, options?: object) => void;
type Resolve = (specifier: string, context: { parentURL?: string }) => { url: string; shortCircuit?: boolean };

/** What the types of Node 20 do not have yet. */
const { getTestContext } = nodeTest as unknown as { getTestContext: () => unknown };
const { registerHooks } = module as unknown as {
  registerHooks: (hooks: { resolve: (...args: [...Parameters<Resolve>, Resolve]) => ReturnType<Resolve> }) => void;
};

let calls: Call[] = [];

export const after: Hook = hook("after", nodeTest.after as Hook);
export const before: Hook = hook("before", nodeTest.before as Hook);
export const beforeEach: Hook = hook("beforeEach", nodeTest.beforeEach as Hook);
export const afterEach: Hook = hook("afterEach", nodeTest.afterEach as Hook);

/** From now on who imports node:test gets this file. */
export function standIn(): void {
  Object.assign(nodeTest, { after, before, beforeEach, afterEach });
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "node:test" && context.parentURL !== import.meta.url
        ? { url: import.meta.url, shortCircuit: true }
        : next(specifier, context),
  });
}

/** What was registered with `after` since it was last asked. */
export function takeAfters(): Call[] {
  const taken = calls;
  calls = [];
  return taken;
}

function hook(name: string, original: Hook): Hook {
  return (call, options) => {
    if (getTestContext() !== undefined) original(call, options);
    else if (name === "after") calls.push(call);
    else throw new Error(`${name}: the file shares its process. Do without, or give it a process of its own.`);
  };
}
