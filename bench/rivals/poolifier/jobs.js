// What poolifier's workers do. It has no way to move an answer back: `same` copies it.

import { ThreadWorker } from "poolifier";
import { burn, next, same } from "../../jobs.js";

// Typed by hand: its declarations have one type for the arguments of all functions, which may be missing besides.
const functions = /** @type {Record<string, (argument: any) => any>} */ ({ next, same, burn });

export const worker = new ThreadWorker(functions);
