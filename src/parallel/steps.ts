// The steps at which a thread may die with something half done, by name. Tests set a function that ends the thread there; in production there is none.

export const steps: { at: ((step: string) => void) | null } = { at: null };
