/// <reference lib="esnext.disposable" preserve="true" />
// The door `offshoot/testing`: programs on virtual time, in any order, in every order.

export type { RacingAccess } from "../base/errors.ts";
export { RaceError } from "../base/errors.ts";
export type { Cell } from "./cell.ts";
export { cell, choose } from "./cell.ts";
export type { Step } from "./driver.ts";
export type { ReplayOptions } from "./explore.ts";
export { explore, explored, replay } from "./explore.ts";
export type { Covered, StrategyName as Strategy } from "./plan.ts";
export type { BlockedTask, ExploreResult, Failure, Seen } from "./result.ts";
export type { ExploreOptions } from "./settings.ts";
export type { SimulateOptions } from "./simulate.ts";
export { simulate } from "./simulate.ts";
