// The class of sharedmap. Its declarations name it as an export; the module is the class itself.

import loaded from "sharedmap";

export const SharedMap = /** @type {typeof import("sharedmap").SharedMap} */ (/** @type {unknown} */ (loaded));
