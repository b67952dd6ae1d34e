// What a run has to itself while it is under way: operations that are awaited outside tasks belong to it, the globals are its world's, and its tracker is told what
// happens. Where several runs are under way, all this is the one's whose turn it is.

import { machine } from "../core/machine.ts";
import type { Program } from "../core/program.ts";
import type { Runtime } from "../core/runtime.ts";
import type { Tracker } from "../core/tracking.ts";
import { enter, leave, makeCurrent } from "./ambient.ts";
import type { VirtualHost } from "./virtual-host.ts";
import { enterWorld, leaveWorld, makeCurrentWorld, World } from "./world.ts";

export class Stage {
  declare private readonly host: VirtualHost;
  declare private readonly home: Program;
  declare private readonly world: World;

  /** Sets the stage for a run of this runtime. `seed` is that of its chance. */
  constructor(host: VirtualHost, runtime: Runtime, tracker: Tracker, seed: number) {
    this.host = host;
    this.home = runtime.ambient();
    this.world = new World(runtime.scheduler, seed);
    runtime.scheduler.tracker = tracker;
    enter(this.home);
    enterWorld(this.world);
    machine.tracker = tracker;
    host.onTurn = () => {
      makeCurrent(this.home);
      makeCurrentWorld(this.world);
      machine.tracker = tracker;
    };
    for (const object of [runtime.scheduler, this.home, this.world]) tracker.made(object);
  }

  /** The run is over. */
  clear(): void {
    this.host.onTurn = null;
    machine.tracker = null;
    leaveWorld(this.world);
    leave(this.home);
  }
}
