import { cn } from "../ui/cn.ts";
import { AGENT_WINDOWS, type AgentWindow, WINDOW_NAMES } from "./agent-windows.ts";

/** The time window of all charts on the page. */
export function WindowSwitch({ value, onChange }: { value: AgentWindow; onChange: (window: AgentWindow) => void }) {
  return (
    <fieldset aria-label="Time window" className="flex min-w-0 overflow-hidden rounded-md border border-line-strong">
      {AGENT_WINDOWS.map((window) => (
        <button
          key={window}
          type="button"
          aria-pressed={value === window}
          onClick={() => onChange(window)}
          className={cn(
            "h-8 px-3 text-body font-medium -outline-offset-2! pointer-coarse:min-h-10",
            value === window ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover hover:text-ink",
          )}
        >
          {WINDOW_NAMES[window]}
        </button>
      ))}
    </fieldset>
  );
}
