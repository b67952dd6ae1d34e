// A thread that dies at any access to shared memory: what it has left half done is put in order, and everybody goes on.

import { test } from "node:test";
import { dyingWorlds, mourningWorlds } from "./scenarios.ts";
import { allGoWellWhenDying } from "./world.ts";

/** How many orders for each access, where there are too many. */
const some: Readonly<Record<string, number>> = {
  "one puts while a third does twice": 15,
  "one takes while a third does twice": 15,
  "one puts a large value": 15,
  "one puts, and a third that puts that in order": 15,
  "one takes, and a third that puts that in order": 15,
  "one cancels": 15,
  "one receives beside the first": 15,
  "one sends beside a third to the first": 15,
};

for (const [name, { dies, ...world }] of Object.entries({ ...dyingWorlds, ...mourningWorlds }))
  test(`all goes well when one dies, at whatever access: ${name}`, async () => {
    const runs = some[name];
    await allGoWellWhenDying(dies, world, runs === undefined ? {} : { strategy: "portfolio", runs });
  });
