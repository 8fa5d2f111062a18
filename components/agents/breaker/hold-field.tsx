import { useId } from "react";
import { ORDER_HOLDS } from "../../ui/expiry.ts";
import { Input } from "../../ui/input.tsx";
import { parseSpan, spanWords } from "../../ui/span.ts";

/** The choice: a preset in ms, or a typed time. */
export type Hold = { ms: number } | { words: string };

/** The time of a choice, ms (0: until changed); null: not a time. */
export function holdMs(hold: Hold): number | null {
  if ("ms" in hold) return hold.ms;
  const span = parseSpan(hold.words);
  return span !== null && span >= 1_000 ? span : null;
}

/** How long an order is in force: presets, or any typed time. */
export function HoldField({ value, onChange }: { value: Hold; onChange: (hold: Hold) => void }) {
  const [group, field, help] = [useId(), useId(), useId()];
  const custom = "words" in value;
  const ms = holdMs(value);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-small font-medium text-muted">Holds for</legend>
      <div className="flex flex-wrap gap-1.5">
        {ORDER_HOLDS.map((preset) => (
          <Choice
            key={preset.ms}
            group={group}
            label={preset.label}
            checked={!custom && value.ms === preset.ms}
            onChoose={() => onChange({ ms: preset.ms })}
          />
        ))}
        <Choice group={group} label="Other…" checked={custom} onChoose={() => onChange({ words: "" })} />
      </div>
      {custom && (
        <div className="mt-2">
          <label htmlFor={field} className="sr-only">
            Duration
          </label>
          <Input
            id={field}
            value={value.words}
            placeholder="30 seconds, 90 m, 2 h 30 m"
            onChange={(event) => onChange({ words: event.target.value })}
            aria-invalid={ms === null && value.words !== ""}
            aria-describedby={help}
            className="w-full"
          />
          <p id={help} className="mt-1 text-small text-muted">
            {ms === null ? "A time with its unit; a number alone is minutes." : `In force for ${spanWords(ms)}.`}
          </p>
        </div>
      )}
    </fieldset>
  );
}

function Choice(props: { group: string; label: string; checked: boolean; onChoose: () => void }) {
  return (
    <label className="relative inline-flex h-8 cursor-pointer items-center rounded-md border border-line-strong px-2.5 text-body select-none hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent pointer-coarse:min-h-11">
      <input
        type="radio"
        name={props.group}
        checked={props.checked}
        onChange={props.onChoose}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      {props.label}
    </label>
  );
}
