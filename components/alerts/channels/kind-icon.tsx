import { AppWindow, Hash, type LucideIcon, Mail, Siren, Webhook } from "lucide-react";
import { ownOf } from "../../../domain/kernel/json-map.ts";
import type { ChannelKind } from "../../../domain/kernel/statuses.ts";

const ICONS: { readonly [kind in ChannelKind]: LucideIcon } = {
  webhook: Webhook,
  alertmanager: Siren,
  slack: Hash,
  email: Mail,
  browser: AppWindow,
};

/** The icon of a kind of channel; its name is beside it. */
export function KindIcon({ kind, className = "size-4" }: { kind: ChannelKind; className?: string }) {
  const Icon = ownOf(ICONS, kind) ?? Webhook;
  return <Icon aria-hidden className={className} />;
}
