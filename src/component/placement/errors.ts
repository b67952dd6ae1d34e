// The errors of components, as those that come back from another thread or process.

import { knowOurs } from "../../parallel/error-classes.ts";
import * as errors from "../errors.ts";

/** Has them be of their classes on both sides. */
export function knowErrors(): void {
  knowOurs(errors as Readonly<Record<string, unknown>>);
}
