// How an object shows itself when it is printed. Without that, printing a task shows its scheduler, its program, and all that wait.

/** The name of the method that `console.log` and `util.inspect` of Node ask for. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");
