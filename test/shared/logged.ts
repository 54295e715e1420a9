import { createLog, type Log } from '../../base/watching/log.ts'

export type Line = Record<string, unknown> & { event?: string; level: string; msg: string }

/** A log whose lines are kept as they are written. */
export function keptLog(): { log: Log; text(): string; lines(): Line[]; clear(): void } {
  let written = ''
  const write = (line: string) => {
    written += line
  }
  return {
    log: createLog('info', { write }),
    text: () => written,
    lines: () =>
      written
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    clear: () => {
      written = ''
    },
  }
}
