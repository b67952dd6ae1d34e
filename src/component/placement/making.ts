// Makes a component of what a module exports: a class, a factory, or a function that is the main of one.

import { describeValue, oneLine } from "../../base/errors.ts";
import type { Operation } from "../../core/types.ts";
import { until } from "../../flow/until.ts";
import { isClass, kindOf } from "../../parallel/entry/kind.ts";
import { loadExport } from "../../parallel/entry/modules.ts";
import type { Recipe } from "../../parallel/origin.ts";
import { type AnyComponent, Component } from "../component.ts";
import { FactoryError } from "../errors.ts";
import { component } from "../factory.ts";
import { partOf } from "../part.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * Makes the part that a recipe names.
 *
 * @throws {@link MisuseError} where the module cannot be loaded, or has no such export; {@link FactoryError} where the export has thrown, or has made no component
 */
export function* makePart(recipe: Recipe, args: readonly unknown[]): Operation<AnyComponent> {
  const made = yield* until(() => loadExport(recipe));
  // a generator function, or an async one, is the main of a component; what else is a function makes one
  if (!isClass(made) && kindOf(made) !== "plain") return mainOf(made, args);
  let part: unknown;
  try {
    part = isClass(made) ? Reflect.construct(made, args) : made(...args);
  } catch (error) {
    throw new FactoryError(
      `Component.start: ${recipe.label} has thrown: ${oneLine(error)}. The error is the cause of this one.`,
      error,
    );
  }
  if (isClass(made) && !Component.isComponent(part))
    throw new FactoryError(
      `Component.start: ${recipe.label} is a class whose instances are no components: it has made ${describeValue(part)}. Let it extend Component.`,
    );
  try {
    return partOf(part, recipe.label);
  } catch (error) {
    throw new FactoryError(
      `Component.start: ${recipe.label} has made ${describeValue(part)}, which is no component. Export a class of components, a function that returns a component, or a generator function.`,
      error,
    );
  }
}

function mainOf(main: AnyFunction, args: readonly unknown[]): AnyComponent {
  const make = component({ name: main.name }, (self, ...rest: readonly unknown[]) => main(self, ...rest) as never);
  return make(...args) as AnyComponent;
}
