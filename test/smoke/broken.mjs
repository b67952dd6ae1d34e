// A module that cannot be loaded.

throw new TypeError("as told");
