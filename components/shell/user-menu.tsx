"use client";

import { CircleUser, LogOut, Server } from "lucide-react";
import { useRouter } from "next/navigation";
import { SwitchyardError } from "../../client/core/problem.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { accountEndpoints, type Me } from "../../domain/kernel/endpoints.ts";
import { api } from "../live/api.ts";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import { toast } from "../ui/toast.ts";
import { ZoneNote } from "./zone-note.tsx";

/** Who is signed in, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const router = useRouter();
  const signOut = async () => {
    try {
      await api.post(pathTo(accountEndpoints.logout), undefined);
      window.location.assign("/login");
    } catch (problem) {
      toast.error("Signing out did not work", {
        description: problem instanceof SwitchyardError ? problem.detail : undefined,
      });
    }
  };
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={`Signed in as ${me.name}`}>
          <CircleUser aria-hidden className="size-4" />
        </IconButton>
      }
    >
      <div className="px-2 py-1.5 text-small">
        <div className="font-medium text-ink">{me.name}</div>
        <div className="text-muted">
          {me.role} · tenant {me.tenantId}
        </div>
        <div className="text-muted">
          <ZoneNote />
        </div>
      </div>
      <MenuSeparator />
      <MenuItem icon={<Server aria-hidden className="size-3.5 text-muted" />} onSelect={() => router.push("/system")}>
        System
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden className="size-3.5 text-muted" />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
