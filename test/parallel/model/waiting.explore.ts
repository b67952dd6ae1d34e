// How threads sleep and wake each other, in every order: nobody sleeps for ever while there is something for him.

import { test } from "node:test";
import { waitingWorlds } from "./scenarios.ts";
import { allGoWell } from "./world.ts";

/** How many orders, where there are too many. */
const some: Readonly<Record<string, number>> = {
  "one receives until the other has closed": 300,
  "both wait, for values and for room": 300,
  "two wait for a value, and one of them leaves": 300,
  "two wait, and two send to them": 300,
};

for (const [name, world] of Object.entries(waitingWorlds))
  test(`all goes well: ${name}`, async () => {
    const runs = some[name];
    await allGoWell(world, runs === undefined ? {} : { strategy: "portfolio", runs });
  });
