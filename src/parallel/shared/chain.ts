// What does not fit into a block: a chain of blocks and pages. The first word of each holds the reference of the next, the others what is kept.
//
// Who reads without a lock may read a chain that is just being used for something else. It stops in any case, answers whether it has read as much as it should have, and has to
// find out afterwards whether it was the right thing.

import type { Arena } from "./arena.ts";
import type { Heap } from "./heap.ts";
import { BLOCK_WORDS, PAGE, PAGE_WORDS } from "./layout.ts";

const IN_BLOCK = BLOCK_WORDS - 1;
/** A multiple of the above, so that blocks can stand in for any page. */
const IN_PAGE = IN_BLOCK * Math.floor((PAGE_WORDS - 1) / IN_BLOCK);
/** So many words and more are put into a page, if there is one. */
const WORTH_A_PAGE = IN_PAGE / 4;

/** Copies words into a chain of the thread's record, which is empty. False if there is no memory; what was taken until then stays in the chain. O(length). */
export function writeChain(
  arena: Arena,
  heap: Heap,
  chain: number,
  source: Int32Array,
  from: number,
  to: number,
): boolean {
  // From the end to the beginning, since what is taken comes before the chain. Only the last piece may be half full.
  let paged = true;
  for (let end = to; end > from; ) {
    const rest = (end - from) % IN_PAGE;
    const isPage = paged && (rest === 0 || rest >= WORTH_A_PAGE);
    if (isPage && !heap.takePage(chain)) {
      paged = false; // blocks will do
      continue;
    }
    if (!isPage && !heap.takeBlock(chain)) return false;
    const count = isPage ? rest || IN_PAGE : (end - from) % IN_BLOCK || IN_BLOCK;
    end -= count;
    const at = (heap.first(chain) & ~PAGE) + 1;
    const words = arena.upTo(at + count);
    if (isPage) words.set(source.subarray(end, end + count), at);
    else for (let i = 0; i < count; i++) words[at + i] = source[end + i] as number;
  }
  return true;
}

/** Copies so many words of a chain. False if there are not as many. */
export function readChain(arena: Arena, reference: number, target: Int32Array, length: number): boolean {
  let at = 0;
  for (let next = reference; at < length; ) {
    const start = next & ~PAGE;
    const size = start === next ? BLOCK_WORDS : PAGE_WORDS;
    if (start <= 0) return false;
    let { words } = arena;
    if (start + size > words.length) {
      words = arena.refresh();
      if (start + size > words.length) return false;
    }
    const count = Math.min(size === PAGE_WORDS ? IN_PAGE : IN_BLOCK, length - at);
    if (size === PAGE_WORDS) target.set(words.subarray(start + 1, start + 1 + count), at);
    else for (let i = 0; i < count; i++) target[at + i] = words[start + 1 + i] as number;
    at += count;
    next = words[start] as number;
  }
  return true;
}

/** Is this in a chain? */
export function chainHolds(arena: Arena, reference: number, expected: Int32Array, from: number, to: number): boolean {
  let at = from;
  for (let next = reference; at < to; ) {
    const start = next & ~PAGE;
    const size = start === next ? BLOCK_WORDS : PAGE_WORDS;
    if (start <= 0) return false;
    let { words } = arena;
    if (start + size > words.length) {
      words = arena.refresh();
      if (start + size > words.length) return false;
    }
    const count = Math.min(size === PAGE_WORDS ? IN_PAGE : IN_BLOCK, to - at);
    for (let i = 0; i < count; i++) if (words[start + 1 + i] !== expected[at + i]) return false;
    at += count;
    next = words[start] as number;
  }
  return true;
}
