// A timer, as the scheduler sees it: a date in its heap, and what happens then.

import type { Entry } from "../base/heap.ts";

/** A timer. `fire` is called in the loop, outside any task, once `deadline` has come. */
export abstract class Alarm implements Entry {
  declare deadline: number;
  declare order: number;
  declare place: number;

  constructor() {
    this.deadline = 0;
    this.order = 0;
    this.place = -1;
  }

  abstract fire(): void;
}
