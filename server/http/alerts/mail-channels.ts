import type { ClientMutation } from "../../../domain/commit/mutations.ts";
import type { Config } from "../../config.ts";
import { StoreError } from "../../store/errors.ts";

/** What is needed to know whether this server sends e-mail. */
export interface MailDeps {
  config: Pick<Config, "smtp">;
}

const NO_MAIL = "kind: this server sends no e-mail; its operator sets SMTP_URL and SMTP_FROM";

/**
 * Refuses e-mail channels where no e-mail is sent. Here and not in the reducer, which knows nothing
 * of this process: a channel that is there stays, and what is sent to it fails, with the same
 * reason.
 */
export function mustSendMail({ config }: MailDeps, mutations: readonly ClientMutation[]): void {
  if (config.smtp) return;
  const errors = mutations.flatMap((mutation, index) =>
    mutation.type === "channel.put" && mutation.kind === "email" && mutation.enabled !== false
      ? [{ index, type: mutation.type, code: "no_mail_server", message: NO_MAIL, path: "kind" }]
      : [],
  );
  if (errors.length > 0) throw new StoreError("commit_refused", NO_MAIL, { errors });
}
