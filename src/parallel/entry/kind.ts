// What kind of function a function is, by how it was written.

/** What calling it gives: "generator" an operation to perform, "async" a promise, "plain" a value that may still be either. */
export type Kind = "plain" | "async" | "generator";

interface Constructor {
  [Symbol.hasInstance](value: unknown): boolean;
}

const GeneratorFunction: Constructor = Object.getPrototypeOf(function* () {}).constructor;
const AsyncFunction: Constructor = Object.getPrototypeOf(async () => {}).constructor;
const AsyncGeneratorFunction: Constructor = Object.getPrototypeOf(async function* () {}).constructor;

export function kindOf(f: object): Kind {
  return f instanceof GeneratorFunction ? "generator" : f instanceof AsyncFunction ? "async" : "plain";
}

export function isAsyncGenerator(f: object): boolean {
  return f instanceof AsyncGeneratorFunction;
}

export function isClass(f: unknown): boolean {
  return typeof f === "function" && /^class\b/.test(Function.prototype.toString.call(f));
}
