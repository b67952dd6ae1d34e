// What the type tests say with: `same<A, B>()` compiles only if the two types are the same.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if A and B are the same type. */
export function same<A, B>(..._same: Same<A, B> extends true ? [] : [never]): void {}

/** Compiles only if `_value` has exactly the type T. */
export function is<T>() {
  return <V>(_value: V, ..._same: Same<V, T> extends true ? [] : [never]): void => {};
}
