"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Moon, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { type ReactNode, useDeferredValue, useState } from "react";
import { agentEndpoints } from "../../domain/agents/endpoints.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { isId } from "../../domain/kernel/ids.ts";
import { agentHref, runEventsHref, runHref } from "../../domain/kernel/links.ts";
import type { Listed, Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { DESTINATIONS } from "./navigation.ts";

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Goes to a page, a run or an agent by typing a part of its name. */
export function CommandPalette({ open, onOpenChange }: PaletteProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="backdrop fixed inset-0 z-40" />
        <Base.Popup
          aria-label="Command palette"
          className="popup fixed top-[10vh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden"
        >
          <Palette close={() => onOpenChange(false)} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Palette({ close }: { close: () => void }) {
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const [text, setText] = useState("");
  const term = useDeferredValue(text.trim());
  const { runs, agents, busy } = useFound(term);

  const go = (href: string) => {
    close();
    router.push(href);
  };
  const pages = DESTINATIONS.filter(({ label }) => label.toLowerCase().includes(term.toLowerCase()));
  const dark = resolvedTheme === "dark";
  const themeLabel = `Use the ${dark ? "light" : "dark"} theme`;
  const [chosen, setChosen] = useState("");

  const opensId = isId(term) && runs.every((run) => run.id !== term);
  const hasTheme = themeLabel.toLowerCase().includes(term.toLowerCase());
  const values = [
    ...pages.map(({ href }) => `page ${href}`),
    ...runs.map(({ id }) => `run ${id}`),
    ...agents.map(({ id }) => `agent ${id}`),
    ...(opensId ? ["open run", "events of"] : []),
    ...(hasTheme ? ["theme"] : []),
  ];
  // Results come later than letters: Enter always has something to go to.
  const value = values.includes(chosen) ? chosen : (values[0] ?? "");

  return (
    <Command shouldFilter={false} loop label="Command palette" value={value} onValueChange={setChosen}>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={(next) => {
            setText(next);
            setChosen("");
          }}
          placeholder="Page, run or agent"
          className="h-11 w-full bg-transparent text-lead outline-none placeholder:text-faint"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="max-h-[min(60vh,26rem)] overflow-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-body text-muted">
          {busy ? "Searching…" : "Nothing of that name."}
        </Command.Empty>
        {pages.length > 0 && (
          <Group heading="Pages">
            {pages.map(({ href, label, icon: Icon, key }) => (
              <Item key={href} value={`page ${href}`} onSelect={() => go(href)}>
                <Icon aria-hidden className="size-4 text-muted" />
                <span className="flex-1">{label}</span>
                <Kbd>G</Kbd>
                <Kbd>{key.toUpperCase()}</Kbd>
              </Item>
            ))}
          </Group>
        )}
        {runs.length > 0 && (
          <Group heading={term ? "Runs" : "Recent runs"}>
            {runs.map((run) => (
              <Item key={run.id} value={`run ${run.id}`} onSelect={() => go(runHref(run.id))}>
                <span className="truncate font-mono text-small">{run.id}</span>
                <span className="flex-1 truncate text-muted">{run.workflow}</span>
                <StatusBadge kind="run" status={run.status} />
              </Item>
            ))}
          </Group>
        )}
        {agents.length > 0 && (
          <Group heading="Agents">
            {agents.map((agent) => (
              <Item key={agent.id} value={`agent ${agent.id}`} onSelect={() => go(agentHref(agent.id))}>
                <span className="flex-1 truncate">{agent.displayName}</span>
                <StatusBadge kind="breaker" status={agent.breaker.state} />
              </Item>
            ))}
          </Group>
        )}
        {opensId && (
          <Group heading="Go to">
            <Item value="open run" onSelect={() => go(runHref(term))}>
              Open run <span className="font-mono text-small">{term}</span>
            </Item>
            <Item value="events of" onSelect={() => go(runEventsHref(term))}>
              Events of run <span className="font-mono text-small">{term}</span>
            </Item>
          </Group>
        )}
        {hasTheme && (
          <Group heading="Console">
            <Item
              value="theme"
              onSelect={() => {
                setTheme(dark ? "light" : "dark");
                close();
              }}
            >
              <Moon aria-hidden className="size-4 text-muted" />
              {themeLabel}
            </Item>
          </Group>
        )}
      </Command.List>
    </Command>
  );
}

type AgentItem = Wire<"agent"> & { breaker: Wire<"breaker"> };

/** Runs and agents whose name or id has the term in it. */
function useFound(term: string): { runs: Listed<"run">[]; agents: AgentItem[]; busy: boolean } {
  const runs = useQuery({
    queryKey: ["palette", "runs", term],
    queryFn: ({ signal }) =>
      api.get(pathTo(runEndpoints.list, { limit: 6, large: "omit", ...(term && { q: term }) }), signal),
    placeholderData: keepPreviousData,
  });
  const agents = useQuery({
    queryKey: ["palette", "agents"],
    queryFn: ({ signal }) => api.get(pathTo(agentEndpoints.list, { limit: 100 }), signal),
  });
  const needle = term.toLowerCase();
  const named = (agents.data?.items ?? []).filter(
    ({ id, displayName }) => id.toLowerCase().includes(needle) || displayName.toLowerCase().includes(needle),
  );
  return { runs: runs.data?.items ?? [], agents: named.slice(0, 6), busy: runs.isFetching };
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-micro [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}

function Item({ value, onSelect, children }: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item value={value} onSelect={onSelect} className="menu-item min-h-[34px] gap-2.5">
      {children}
    </Command.Item>
  );
}
