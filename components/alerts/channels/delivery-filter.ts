import { deliveryEndpoints } from "../../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { isId } from "../../../domain/kernel/ids.ts";
import { DELIVERY_STATUSES, type DeliveryStatus } from "../../../domain/kernel/statuses.ts";
import type { DeliveryFilter } from "./channel-model.ts";

/** What the log can be filtered by, a click each. */
export const STATUS_GROUPS: readonly { label: string; statuses: readonly DeliveryStatus[] }[] = [
  { label: "On their way", statuses: ["pending", "collecting"] },
  { label: "Delivered", statuses: ["delivered"] },
  { label: "In digests", statuses: ["digested"] },
  { label: "Failed", statuses: ["failed"] },
];

const PAGE = 50;

/** The filter that a page's query string says; what cannot be is left out. */
export function filterOf(search: { [name: string]: string | string[] | undefined }): DeliveryFilter {
  const one = (name: string) => [search[name]].flat()[0] ?? "";
  const asked = one("status").split(",");
  const channelId = one("channel");
  return {
    channelId: isId(channelId) ? channelId : null,
    status: DELIVERY_STATUSES.filter((status) => asked.includes(status)),
  };
}

/** The path of a page of the log, below the API. */
export function deliveriesPath({ channelId, status }: DeliveryFilter, cursor: string | null = null) {
  const chosen = DELIVERY_STATUSES.filter((one) => status.includes(one));
  return pathTo(deliveryEndpoints.list, {
    limit: PAGE,
    large: "omit",
    ...(channelId !== null && { channelId }),
    ...(chosen.length > 0 && { status: chosen }),
    ...(cursor !== null && { cursor }),
  });
}
