// Downloads many pages, politely: so many at once in all, and fewer at once from each host.
//
//   map        a place for each page under way; reads the list no further
//   Semaphore  one for each host; its permit is held during an attempt, not during the wait before the next one
//   timeout    for each attempt; the request is aborted
//   restart    again after a failure, with longer and longer waits
//   TaskLocal  the id of the page, for messages, without handing it on
//
// How a page is fetched is an argument: the tests have a fetch of their own, on virtual time.

import {
  type Backoff,
  Cancelled,
  map,
  type Operation,
  restart,
  Semaphore,
  TaskLocal,
  TimeoutError,
  timeout,
} from "offshoot";

export interface Page {
  readonly status: number;
  readonly bytes: number;
}

/** What became of a URL. */
export interface Result {
  readonly url: string;
  readonly attempts: number;
  /** The answer, or why there is none. */
  readonly got: Page | string;
}

export interface Settings {
  readonly fetchPage: (url: string) => Operation<Page>;
  readonly atOnce: number;
  readonly perHost: number;
  /** Milliseconds for each attempt. */
  readonly limit: number;
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly tell: (line: string) => void;
}

/** What has been done so far. May be looked at at any time. */
export class Board {
  readonly urls: readonly string[];
  /** By the index of the URL; undefined until its turn is over. */
  readonly results: (Result | undefined)[];
  underWay = 0;
  done = 0;

  constructor(urls: readonly string[]) {
    this.urls = urls;
    this.results = urls.map(() => undefined);
  }
}

/** The id of the page that the current task is about. */
export const page: TaskLocal<string> = new TaskLocal("page", "-");

/** Fills the board. A page that cannot be had is a result, not a failure. */
export function* downloadAll(board: Board, settings: Settings): Operation<void> {
  const hosts = new Map<string, Semaphore>();
  function hostOf(url: string): Semaphore {
    const { host } = new URL(url);
    const known = hosts.get(host) ?? new Semaphore(settings.perHost, { name: host });
    hosts.set(host, known);
    return known;
  }

  function* one(url: string, index: number): Operation<void> {
    board.results[index] = yield* page.with(`#${index + 1}`, download(url, hostOf(url), board, settings));
    board.done++;
  }
  yield* map(board.urls, one, { concurrency: settings.atOnce });
}

function* download(url: string, host: Semaphore, board: Board, settings: Settings): Operation<Result> {
  const { attempts, backoff, tell } = settings;
  let tried = 0;

  function* attempt(number: number): Operation<Page> {
    const permit = yield* host.acquire();
    tried = number;
    board.underWay++;
    try {
      return yield* timeout(settings.limit, settings.fetchPage(url));
    } finally {
      board.underWay--;
      permit[Symbol.dispose]();
    }
  }

  function onRestart(error: unknown, _attempt: number, delay: number): void {
    tell(`${page.get()} ${url}: ${reasonOf(error, settings)}; again in ${Math.ceil(delay)} ms`);
  }

  try {
    const got = yield* restart(attempt, { attempts, backoff, onRestart });
    return { url, attempts: tried, got };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return { url, attempts: tried, got: reasonOf(error, settings) };
  }
}

function reasonOf(error: unknown, { limit }: Settings): string {
  if (error instanceof TimeoutError) return `no answer within ${limit} ms`;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error; // fetch says "fetch failed", and why in the cause
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
