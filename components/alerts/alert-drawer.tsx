"use client";

import { BellOff } from "lucide-react";
import { useRow } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Drawer } from "../ui/drawer.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { serverNow } from "../ui/now.ts";
import { RelativeTime } from "../ui/time.tsx";
import type { AlertCommands } from "./alert-actions.ts";
import { AlertAffected } from "./alert-affected.tsx";
import { AlertFacts } from "./alert-facts.tsx";
import { AlertHistory } from "./alert-history.tsx";
import { type AlertRow, actorName, isSilenced } from "./alert-model.ts";
import { AlertNotified } from "./alert-notified.tsx";
import { Attended } from "./alert-words.tsx";
import { movable } from "./bulk-bar.tsx";
import { SNOOZES } from "./snooze.ts";
import { useRelated } from "./use-related.ts";
import { WordsForm } from "./words-dialog.tsx";

interface AlertDrawerProps {
  /** Undefined while it is closed. */
  alert: AlertRow | undefined;
  commands: AlertCommands;
  onClose: () => void;
  /** Shows another alert instead. */
  onOpen: (alertId: string) => void;
}

/** Everything about one alert, live. */
export function AlertDrawer({ alert, commands, onClose, onOpen }: AlertDrawerProps) {
  return (
    <Drawer
      open={alert !== undefined}
      onClose={onClose}
      title={alert?.title}
      full
      head={alert && <Head alert={alert} commands={commands} />}
    >
      {alert && <Details key={alert.id} alert={alert} commands={commands} onOpen={onOpen} />}
    </Drawer>
  );
}

const BIG = "pointer-coarse:min-h-11";

const useNow = (alert: AlertRow): AlertRow => useRow("alert", alert.id, alert) ?? alert;

function Head({ alert: given, commands }: { alert: AlertRow; commands: AlertCommands }) {
  const alert = useNow(given);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <StatusBadge kind="severity" status={alert.severity} />
        <StatusBadge kind="alert" status={alert.status} pending={alert.pending} />
        <CopyId id={alert.id} />
      </div>
      {isSilenced(alert, serverNow()) && (
        <Changes>
          <Button disabled={alert.pending} className={BIG} onClick={() => commands.unacknowledge([alert])}>
            Take back the snooze
          </Button>
        </Changes>
      )}
      {alert.status !== "resolved" && (
        <div className="flex flex-wrap gap-1.5">
          <Changes>
            {alert.status === "firing" && (
              <Button
                variant="primary"
                disabled={alert.pending}
                className={BIG}
                onClick={() => commands.acknowledge([alert])}
              >
                Acknowledge
              </Button>
            )}
            {(alert.status === "acknowledged" || alert.status === "snoozed") && (
              <Button disabled={alert.pending} className={BIG} onClick={() => commands.unacknowledge([alert])}>
                {alert.status === "snoozed" ? "Wake" : "Unacknowledge"}
              </Button>
            )}
            {movable(alert, "snooze") && (
              <Menu
                trigger={
                  <Button className={BIG}>
                    <BellOff aria-hidden className="size-3.5" /> Snooze
                  </Button>
                }
              >
                {SNOOZES.map(({ id, label, terms }) => (
                  <MenuItem key={id} onSelect={() => commands.snooze([alert], terms(serverNow()))}>
                    {label}
                  </MenuItem>
                ))}
              </Menu>
            )}
            <Button disabled={alert.pending} className={BIG} onClick={() => commands.resolve([alert])}>
              Resolve
            </Button>
          </Changes>
        </div>
      )}
    </div>
  );
}

interface DetailsProps {
  alert: AlertRow;
  commands: AlertCommands;
  onOpen: (alertId: string) => void;
}

function Details({ alert: given, commands, onOpen }: DetailsProps) {
  const alert = useNow(given);
  const related = useRelated(alert);
  return (
    <div className="space-y-5">
      <div>
        {alert.detail && <p className="text-body break-words whitespace-pre-wrap">{alert.detail}</p>}
        <Attended alert={alert} />
      </div>
      <AlertFacts alert={alert} {...related} onOpen={onOpen} />
      <AlertAffected alert={alert} />
      <AlertNotified alert={alert} />
      <section aria-label="Comments">
        <h3 className="text-small font-semibold text-muted">Comments</h3>
        {alert.comments.map(({ by, at, text }) => (
          <div key={`${at} ${by} ${text}`} className="mt-2 rounded-md bg-inset px-3 py-2">
            <p className="text-small text-muted">
              <span className="font-medium text-ink">{actorName(by)}</span> · <RelativeTime at={at} />
            </p>
            <p className="mt-0.5 text-body break-words whitespace-pre-wrap">{text}</p>
          </div>
        ))}
        <Changes>
          <WordsForm
            label="Say something about it"
            placeholder="What you know, for the next person"
            confirm="Comment"
            required
            onWords={(text) => void commands.comment(alert, text)}
          />
        </Changes>
      </section>
      <AlertHistory alert={alert} />
    </div>
  );
}
