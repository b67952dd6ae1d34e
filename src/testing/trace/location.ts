// A location: a part of an object, and who has accessed it. Accesses that do not depend on each other form a group; each depends on all of the group before.

import { WRITE } from "../../core/tracker.ts";
import type { Clock } from "./clock.ts";

/** 32 bits of two numbers. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 13);
}

const NONE: readonly number[] = [];

export class Location {
  /** The same in all orders; empty where nobody wants to know. */
  declare readonly name: string;
  /** Of the group that is open. */
  declare private mode: number;
  declare private isUsed: boolean;
  /** Two hashes of 32 bits of all that was before, in order, and of the group that is open, whose accesses have none. A WRITE is never in a group. */
  declare private before: number;
  declare private before2: number;
  declare private group: number;
  declare private group2: number;
  /** The steps of the group that is open, and of the one before it. A step that only has to come before, and does not depend, is there as -1 - step. */
  declare current: readonly number[];
  declare previous: readonly number[];
  declare private stepMode: number;
  /** What has been done by the time of the latest accesses: all of them, and those that were WRITE. */
  declare all: Clock | null;
  declare writes: Clock | null;

  constructor(name: string) {
    this.name = name;
    this.mode = WRITE;
    this.isUsed = false;
    this.before = 0;
    this.before2 = 0;
    this.group = 0;
    this.group2 = 0;
    this.current = NONE;
    this.previous = NONE;
    this.stepMode = WRITE;
    this.all = null;
    this.writes = null;
  }

  /** Takes note of an access, for the hash. `event` stands for the step. */
  note(event: number, mode: number): void {
    this.isUsed = true;
    if (mode !== this.mode) this.closeGroup(mode);
    if (mode === WRITE) {
      this.before = mix(this.before, event);
      this.before2 = (Math.imul(this.before2, 0x01000193) ^ event) | 0;
    } else {
      this.group = (this.group + mix(event, this.before)) | 0;
      this.group2 = (this.group2 + Math.imul(event ^ this.before2, 0x85ebca6b)) | 0;
    }
  }

  private closeGroup(mode: number): void {
    this.before = mix(this.before, this.group);
    this.before2 = mix(this.before2, this.group2 ^ 0x5bd1e995);
    this.group = 0;
    this.group2 = 0;
    this.mode = mode;
  }

  /** 0 if there was no access. */
  get hash(): number {
    return this.isUsed ? mix(this.before, this.group) : 0;
  }

  get hash2(): number {
    return this.isUsed ? mix(this.before2, this.group2) : 0;
  }

  /** The steps that one with such an access depends on, or has to come after. */
  dependsOn(mode: number): readonly number[] {
    return mode !== WRITE && mode === this.stepMode ? this.previous : this.current;
  }

  /** Takes note of a step, once it is over. `after` are those that come before it in any order. */
  add(step: number, mode: number, after: readonly number[]): void {
    if (mode === WRITE || mode !== this.stepMode) {
      this.previous = this.current;
      this.current = [];
      this.stepMode = mode;
    }
    const current = this.current as number[];
    current.push(step);
    for (const other of after) current.push(other < 0 ? other : -1 - other);
  }
}
