import { type ArchiveContent, ArchiveFault, readArchive } from "./format.ts";

export interface CheckedFile {
  file: string;
  content: ArchiveContent;
}

/** Result of a check of archive files: the whole ones, and a sentence for each fault. */
export interface ArchiveCheck {
  whole: CheckedFile[];
  faults: string[];
}

/**
 * Checks files, each by itself and those of one log against one another. Needs no server or
 * database.
 */
export async function checkArchive(files: readonly string[]): Promise<ArchiveCheck> {
  const check: ArchiveCheck = { whole: [], faults: [] };
  const logs = new Map<string, CheckedFile[]>();
  for (const file of files) {
    try {
      const found = { file, content: await readArchive(file) };
      check.whole.push(found);
      const { tenantId, logId } = found.content;
      logs.set(`${tenantId} ${logId}`, [...(logs.get(`${tenantId} ${logId}`) ?? []), found]);
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error;
      check.faults.push(`${file}: ${error.message}`);
    }
  }
  for (const log of logs.values()) check.faults.push(...gapsOf(log));
  return check;
}

/**
 * Gaps between one log's files. Files may overlap: a crash can leave the same range in different
 * pieces.
 */
function gapsOf(log: readonly CheckedFile[]): string[] {
  const faults: string[] = [];
  const [first, ...rest] = [...log].sort((a, b) => a.content.from - b.content.from || a.content.to - b.content.to);
  if (!first) return faults;
  let { file, content } = first;
  for (const next of rest) {
    const { from, to, prevHash, hash } = next.content;
    if (from > content.to + 1)
      faults.push(`${next.file}: positions ${content.to + 1}–${from - 1} are missing before it`);
    else if (from === content.to + 1 && prevHash !== content.hash)
      faults.push(`${next.file}: it does not follow on ${file}`);
    else if (to === content.to && hash !== content.hash)
      faults.push(`${next.file}: it has another history than ${file}`);
    if (to >= content.to) ({ file, content } = next);
  }
  return faults;
}
