import { CircleCheck, CircleX, Clock, Layers, type LucideIcon, RotateCw } from "lucide-react";
import { Badge } from "../../ui/badge.tsx";
import type { Tone } from "../../ui/status.ts";
import { type DeliveryRow, type DeliveryState, deliveryState } from "./channel-model.ts";

const LOOKS: { readonly [state in DeliveryState]: { label: string; tone: Tone; icon: LucideIcon } } = {
  sending: { label: "On its way", tone: "queued", icon: Clock },
  retrying: { label: "Retrying", tone: "blocked", icon: RotateCw },
  delivered: { label: "Delivered", tone: "completed", icon: CircleCheck },
  collecting: { label: "Collecting", tone: "queued", icon: Layers },
  digested: { label: "In a digest", tone: "cancelled", icon: Layers },
  failed: { label: "Failed", tone: "failed", icon: CircleX },
};

/** The status of a delivery: icon, name and colour. */
export function DeliveryBadge({ delivery }: { delivery: Pick<DeliveryRow, "status" | "attempts"> }) {
  const { label, tone, icon: Icon } = LOOKS[deliveryState(delivery)];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3 shrink-0" strokeWidth={2.25} />
      {label}
    </Badge>
  );
}
