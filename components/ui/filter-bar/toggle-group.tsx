import { cn } from "../cn.ts";

interface ToggleGroupProps<V extends string> {
  label: string;
  /** Each button stands for one or several values: it is on when all of them are chosen. */
  choices: readonly { label: string; title?: string; values: readonly V[] }[];
  chosen: readonly V[];
  onChange: (chosen: V[]) => void;
  className?: string;
}

/** Buttons in a row, each of which adds its values to a filter or removes them. */
export function ToggleGroup<V extends string>({ label, choices, chosen, onChange, className }: ToggleGroupProps<V>) {
  return (
    <fieldset
      aria-label={label}
      className={cn("flex overflow-hidden rounded-md border border-line-strong bg-surface", className)}
    >
      {choices.map(({ label: name, title, values }) => {
        const on = values.every((value) => chosen.includes(value));
        const others = chosen.filter((one) => !values.includes(one));
        return (
          <button
            key={name}
            type="button"
            aria-pressed={on}
            title={title}
            onClick={() => onChange(on ? others : [...others, ...values])}
            className={cn(
              "h-[30px] border-r border-line px-2.5 text-small font-medium whitespace-nowrap last:border-r-0 focus-visible:-outline-offset-2",
              on ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover hover:text-ink",
            )}
          >
            {name}
          </button>
        );
      })}
    </fieldset>
  );
}
