// Which flags of Node a worker begins with. Normally all that its process has; but a program that was given as text has some that forbid the loading of a file.

/** Flags that say what the main program is, and take a value. */
const PROGRAM = ["--input-type", "--eval", "-e", "--print", "-p", "-pe"];
/** Those that say how modules are found and loaded, and take a value: a thread can be given these and few others. */
const LOADING = ["--conditions", "-C", "--import", "--require", "-r", "--loader", "--experimental-loader"];

/** For a thread: undefined if it can take them over as they are. */
export function flagsForThread(): string[] | undefined {
  if (!hasProgram()) return undefined;
  return pairs().flatMap(({ name, words }) => (LOADING.includes(name) ? words : []));
}

/** For a process. */
export function flagsForProcess(): string[] {
  return pairs().flatMap(({ name, words }) => (PROGRAM.includes(name) ? [] : words));
}

const hasProgram = (): boolean => process.execArgv.some((word) => word.startsWith("--input-type"));

/** Each flag with its value, where that is a word of its own. */
function pairs(): { readonly name: string; readonly words: readonly string[] }[] {
  const found: { name: string; words: string[] }[] = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const word = process.execArgv[i] as string;
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const takesValue = PROGRAM.includes(name) || LOADING.includes(name);
    const value = process.execArgv[i + 1];
    if (equals < 0 && takesValue && value !== undefined) {
      found.push({ name, words: [word, value] });
      i++;
    } else found.push({ name, words: [word] });
  }
  return found;
}
