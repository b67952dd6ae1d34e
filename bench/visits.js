// What each of the threads does to a map they share. JavaScript, as all that runs inside workers here.
//
// A value is its key's number, so that whatever a `get` finds can be checked, whoever put it there.

/** Coprime to the number of keys: each is visited, in an order that has nothing to do with how they were made. */
const STRIDE = 7919;

/**
 * @param {number} count
 * @returns {readonly string[]}
 */
export function keysOf(count) {
  return Array.from({ length: count }, (_, i) => `key:${i}`);
}

/**
 * Sets and gets by turns, each half of the operations.
 *
 * @param {{ get(key: string): number | string | null | undefined, set(key: string, value: number): unknown }} map
 * @param {readonly string[]} keys
 * @param {number} operations
 * @param {number} from the share of the keys, between 0 and 1, at which this thread begins
 * @returns {number} how many of the values found were wrong
 */
export function visit(map, keys, operations, from) {
  const count = keys.length;
  const start = Math.floor(count * from);
  let wrong = 0;
  for (let i = 0; i < operations / 2; i++) {
    const put = ((start + i) * STRIDE) % count;
    map.set(/** @type {string} */ (keys[put]), put);
    const sought = ((start + i + (count >> 1)) * STRIDE) % count;
    const found = map.get(/** @type {string} */ (keys[sought]));
    if (found !== undefined && found !== null && Number(found) !== sought) wrong++;
  }
  return wrong;
}
