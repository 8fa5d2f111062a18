import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * What a program's command line says. Stray words, unknown options and options without their value
 * are `faults`, all of them at once; `values` holds what was understood, text that is empty left
 * out.
 */
export function readCommandLine(argv: string[], options: Options) {
  const { values, positionals, tokens } = parseArgs({
    args: argv,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const faults = positionals.map((word) => `unexpected argument "${word}"`);
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) faults.push(`unknown option ${token.rawName}`);
    else if (option.type === "string" && !token.value) faults.push(`${token.rawName} needs a value`);
  }
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return { values, faults, text };
}
