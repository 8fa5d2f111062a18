import {
  acknowledgeAlert,
  alertAckExpire,
  alertAcknowledge,
  alertUnacknowledge,
  expireAcknowledgement,
  unacknowledgeAlert,
} from "../../alerts/acknowledge.ts";
import {
  alertClear,
  alertFire,
  alertRefresh,
  clearCondition,
  holdCondition,
  refreshCondition,
} from "../../alerts/condition.ts";
import { alertComment, alertResolve, commentAlert, resolveAlertByRequest } from "../../alerts/resolve.ts";
import { putRule, removeRule, rulePut, ruleRemove } from "../../alerts/rule.ts";
import { alertSnooze, alertSnoozeExpire, expireSnooze, snoozeAlert } from "../../alerts/snooze.ts";
import { op, type RowRef } from "../operation.ts";

const byAlert = (m: { alertId: string }): RowRef[] => [["alert", m.alertId]];
const byRule = (m: { ruleId: string }): RowRef[] => [["rule", m.ruleId]];
const byBoth = (m: { alertId: string; ruleId: string }): RowRef[] => [...byAlert(m), ...byRule(m)];

/** Alerts and their rules: what operators do with them. */
export const ALERT_OPERATIONS = {
  "alert.acknowledge": op(alertAcknowledge, acknowledgeAlert, byAlert),
  "alert.unacknowledge": op(alertUnacknowledge, unacknowledgeAlert, byAlert),
  "alert.snooze": op(alertSnooze, snoozeAlert, byAlert),
  "alert.resolve": op(alertResolve, resolveAlertByRequest, byAlert),
  "alert.comment": op(alertComment, commentAlert, byAlert),
  "rule.put": op(rulePut, putRule, byRule),
  "rule.remove": op(ruleRemove, removeRule, byRule),
};

/** What time makes happen to alerts. */
export const ALERT_CLOCK_OPERATIONS = {
  "alert.fire": op(alertFire, holdCondition, byBoth),
  "alert.refresh": op(alertRefresh, refreshCondition, byAlert),
  "alert.clear": op(alertClear, clearCondition, byAlert),
  "alert.ack_expire": op(alertAckExpire, expireAcknowledgement, byAlert),
  "alert.snooze_expire": op(alertSnoozeExpire, expireSnooze, byAlert),
};
