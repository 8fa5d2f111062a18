import { MINUTE_MS } from "../../../domain/kernel/time.ts";
import type { AgentTemplate } from "../template.ts";

const INPUT = "{prompt, args?, env?, cwd? | worktree? {repo, base?, branch?, message?, push?}}";
const HALF_AN_HOUR = 30 * MINUTE_MS;

/**
 * Agent command lines, as data; docs/adapters.md says which versions have these options, and how to
 * add one in a file of one's own. None of them asks anybody anything: what it may not do without
 * being asked, it does not do. More is for the job's `args` to allow.
 */
export const AGENT_TEMPLATES: readonly AgentTemplate[] = [
  {
    name: "aider",
    about: `aider, edits and commits by itself: ${INPUT}`,
    argv: [
      ...["aider", "--message-file", "{promptFile}", "--yes-always"],
      ...["--no-pretty", "--no-stream", "--no-fancy-input"],
      ...["--no-check-update", "--no-show-release-notes", "--no-analytics"],
      // With "yes" to everything it would open web pages and run what the model suggests.
      ...["--no-detect-urls", "--no-show-model-warnings", "--no-suggest-shell-commands", "--no-gitignore"],
    ],
    prompt: "file",
    timeoutMs: HALF_AN_HOUR,
    ignore: [".aider*"],
  },
  {
    name: "codex",
    about: `codex exec, in its sandbox with write access to the folder: ${INPUT}`,
    argv: ["codex", "exec", "--sandbox", "workspace-write", "--skip-git-repo-check", "--color", "never", "{args}", "-"],
    prompt: "stdin",
    timeoutMs: HALF_AN_HOUR,
  },
  {
    name: "claude",
    about: `claude -p, may edit files without being asked: ${INPUT}`,
    argv: ["claude", "-p", "--output-format", "text", "--permission-mode", "acceptEdits"],
    prompt: "stdin",
    timeoutMs: HALF_AN_HOUR,
  },
];
