// What threads have to do with each other, in types: what they watch, what they tell, how they begin and end.

import type { MessagePort } from "node:worker_threads";

/** Something in shared memory that somebody in this thread waits for. */
export interface Watched {
  /** Does anybody here wait for it? */
  readonly isWanted: boolean;
  /** Lets those go on who can. Says whether anything was done. */
  look(): boolean;
  /** Says in its memory that this thread sleeps on it. */
  announce(): void;
  /** Nobody here waits for it any more: takes that back. A hint that has been given meanwhile is passed on. */
  withdraw(): void;
  /** This thread has woken up, and is about to look: takes that back too, so that no hint is given to a thread that is busy. */
  awake?(): void;
}

/** Something that has to be put in order when a thread has died that may have been in the midst of it. */
export interface Mended {
  mend(dead: number): void;
}

/** What a thread is given when it is started. */
export interface Birth {
  readonly memory: SharedArrayBuffer;
  readonly who: number;
  readonly links: readonly { readonly who: number; readonly port: MessagePort }[];
}

/** A message between threads: `about` says who takes it. */
export interface Message {
  readonly about: string;
}

/** What is done with the messages about something. */
export type Handler = (message: never, from: number) => void;

/** How a thread has ended. */
export interface Death {
  /** In words that go on after "the thread". */
  readonly why: string;
  readonly exitCode: number | undefined;
  /** The error it died of, in the thread that had started it. */
  readonly cause: unknown;
}

/** A message to a thread to which there is no way yet. */
export interface Unsent {
  readonly message: Message;
  readonly transfer: readonly (ArrayBuffer | MessagePort)[];
}
