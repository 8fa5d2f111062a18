import { Search } from "lucide-react";
import { cn } from "../ui/cn.ts";
import { Input } from "../ui/input.tsx";
import { countStandings, type Placed, STANDING_HINTS, STANDING_NAMES, type Standing } from "./agent-standing.ts";

interface AgentFiltersProps {
  agents: readonly Placed[];
  standing: Standing | null;
  text: string;
  onChange: (change: { state?: Standing | null; q?: string }) => void;
}

/** The filters of the board: by standing (with counts) and by text. */
export function AgentFilters({ agents, standing, text, onChange }: AgentFiltersProps) {
  const counts = countStandings(agents);
  // A chosen standing stays visible when no agent has it any more.
  const shown =
    counts.some((one) => one.standing === standing) || standing === null ? counts : [...counts, { standing, count: 0 }];
  return (
    <search aria-label="Filter agents" className="mb-3 flex flex-wrap items-center gap-2">
      <fieldset aria-label="State" className="flex min-w-0 flex-wrap gap-1">
        <Chip pressed={standing === null} label="All" count={agents.length} onPress={() => onChange({ state: null })} />
        {shown.map((one) => (
          <Chip
            key={one.standing}
            pressed={standing === one.standing}
            label={STANDING_NAMES[one.standing]}
            title={STANDING_HINTS[one.standing]}
            count={one.count}
            onPress={() => onChange({ state: standing === one.standing ? null : one.standing })}
          />
        ))}
      </fieldset>
      <div className="relative min-w-40 flex-1 sm:max-w-64">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
        <Input
          type="search"
          aria-label="Name, capability or error"
          placeholder="Name, capability or error"
          value={text}
          onChange={(event) => onChange({ q: event.target.value })}
          className="w-full pl-8 pointer-coarse:h-10"
        />
      </div>
    </search>
  );
}

interface ChipProps {
  pressed: boolean;
  label: string;
  count: number;
  title?: string;
  onPress: () => void;
}

const Chip = ({ pressed, label, count, title, onPress }: ChipProps) => (
  <button
    type="button"
    aria-pressed={pressed}
    title={title}
    onClick={onPress}
    className={cn(
      "inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 text-body whitespace-nowrap pointer-coarse:min-h-10",
      pressed
        ? "border-accent bg-accent-soft text-accent"
        : "border-line-strong text-muted hover:bg-hover hover:text-ink",
    )}
  >
    {label} <span className="font-semibold tabular-nums">{count}</span>
  </button>
);
