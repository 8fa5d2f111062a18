export type StartupErrorCode =
  | "config_invalid"
  | "database_busy"
  | "database_changed_migration"
  | "database_encoding"
  | "database_failed_migration"
  | "database_forbidden"
  | "database_missing"
  | "database_newer"
  | "database_pooled"
  | "database_read_only"
  | "database_schema"
  | "database_too_old"
  | "database_unreachable"
  | "embedded_failed"
  | "folder_in_use"
  | "folder_unusable"
  | "port_taken";

/**
 * Why the server cannot start. `message` is one clear line for the terminal; the process prints it
 * and exits with a code other than 0. `code` is stable.
 */
export class StartupError extends Error {
  override name = "StartupError";
  readonly code: StartupErrorCode;

  constructor(code: StartupErrorCode, message: string, options?: ErrorOptions) {
    super(lines(message).join(" "), options);
    this.code = code;
  }
}

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
