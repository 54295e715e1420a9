import { readFileSync } from 'node:fs'
import { MAX_AWAKE } from '../../actors/awake.ts'
import { CAPACITY } from '../../gateway/capacity.ts'
import type { Check } from './check.ts'

/** Of an account that is awake (`actors/awake.ts`). */
const FILES_OF_AWAKE = 4
/** What may be open at once, as far as strangers decide it. */
const MOST = FILES_OF_AWAKE * MAX_AWAKE.ofProcess + CAPACITY.connections

/** How many files the program that answers may have open; null where the system does not say it, or has no limit. */
export function readOpenFiles(limits = '/proc/self/limits'): number | null {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync(limits, 'utf8')) ?? []
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}

/** Whether accounts and connections have room: beyond the limit accounts cannot be opened, and nobody can connect. */
export function checkOpenFiles(limit: number | null): Check[] {
  if (limit === null) return []
  const found = `the program may have ${limit} open at once`
  if (limit >= MOST) return [{ name: 'Open files', state: 'ok', found }]
  return [
    {
      name: 'Open files',
      state: 'warning',
      found: `${found}, and may need ${MOST}`,
      mend: 'let it have 65536: LimitNOFILE in its unit (deploy/systemd/vestibule.service), else `ulimit -n` before its start',
    },
  ]
}
