// Runs a body on virtual time with the verdicts of production: where simulate refuses a wait for the world, this tells that nothing can come.

import type { Operation } from "offshoot";
import { Runtime } from "../../src/core/runtime.ts";
import { enter, leave } from "../../src/testing/ambient.ts";
import { VirtualHost } from "../../src/testing/virtual-host.ts";

export async function virtual(body: () => Operation<unknown> | PromiseLike<unknown>): Promise<unknown> {
  const runtime = new Runtime(new VirtualHost(0), null);
  const home = runtime.ambient();
  enter(home);
  try {
    return await runtime.run(body, { seed: 0 });
  } finally {
    leave(home);
  }
}
