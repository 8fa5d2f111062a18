"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuCheckItem } from "../ui/menu.tsx";
import { useHydrated } from "../ui/use-hydrated.ts";

const THEMES = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
] as const;

/** Chooses light, dark, or what the system says. */
export function ThemeSwitch() {
  const { theme, resolvedTheme, setTheme } = useTheme();
  // The server does not know the theme: the icon comes with the browser.
  const mounted = useHydrated();
  const Icon = mounted && resolvedTheme === "dark" ? Moon : Sun;
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Theme">
          <Icon aria-hidden className="size-4" />
        </IconButton>
      }
    >
      {THEMES.map(({ value, label, icon: Item }) => (
        <MenuCheckItem key={value} checked={theme === value} onCheckedChange={() => setTheme(value)}>
          <Item aria-hidden className="size-3.5 text-muted" />
          {label}
        </MenuCheckItem>
      ))}
    </Menu>
  );
}
