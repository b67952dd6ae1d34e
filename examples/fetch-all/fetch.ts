// One page by HTTP: the one place that knows of fetch and its signal.

import { type Selectable, until } from "offshoot";
import type { Page } from "./download.ts";

const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

/** Reads a page to its end. An answer that asks to come back later is an error; every other one, "not found" among them, is an answer. */
export function fetchPage(url: string): Selectable<Page> {
  return until(async (signal) => {
    const response = await fetch(url, { signal });
    const { byteLength } = await response.arrayBuffer();
    const { status } = response;
    if (status === TOO_MANY_REQUESTS || status >= SERVER_ERROR) throw new Error(`status ${status}`);
    return { status, bytes: byteLength };
  });
}
