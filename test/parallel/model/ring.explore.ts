// The ring in every order: what threads that do not wait put into it and take out of it, small values and large ones.

import { test } from "node:test";
import { pageWorlds, ringWorlds } from "./scenarios.ts";
import { allGoWell } from "./world.ts";

for (const [name, world] of Object.entries(ringWorlds))
  test(`all goes well in every order: ${name}`, async () => {
    await allGoWell(world);
  });

/** How many orders, where there are too many. */
const some: Readonly<Record<string, number>> = {
  "two threads put large values, and there are pages for one of them": 400,
  "a large value waits for pages, and leaves its place to a small one": 300,
};

for (const [name, world] of Object.entries(pageWorlds))
  test(`all goes well with pages: ${name}`, async () => {
    const runs = some[name];
    await allGoWell(world, runs === undefined ? {} : { strategy: "portfolio", runs });
  });
