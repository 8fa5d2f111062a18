import {
  acknowledgeAlert,
  alertAckExpire,
  alertAcknowledge,
  alertUnacknowledge,
  expireAcknowledgement,
  unacknowledgeAlert,
} from "../alert.ts";
import { op, type RowRef } from "../operation.ts";

const byAlert = (m: { alertId: string }): RowRef[] => [["alert", m.alertId]];

/** Alerts: what operators do with them. */
export const ALERT_OPERATIONS = {
  "alert.acknowledge": op(alertAcknowledge, acknowledgeAlert, byAlert),
  "alert.unacknowledge": op(alertUnacknowledge, unacknowledgeAlert, byAlert),
};

/** What time makes happen to alerts. */
export const ALERT_CLOCK_OPERATIONS = {
  "alert.ack_expire": op(alertAckExpire, expireAcknowledgement, byAlert),
};
