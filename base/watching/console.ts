import { format } from 'node:util'
import { hasRoom } from './event_log.ts'
import type { Log } from './log.ts'

/** As whose the lines are counted. */
const CONSOLE = 'console'
/** Characters of a text. */
const MAX_TEXT = 500

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const

/**
 * Has what packages write to the console be lines of the log from now on. Strangers cause some of it: the provider says
 * of each sign-in that took longer than it likes, and on a busy machine that is each.
 */
export function takeConsole(log: Log): void {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...texts: unknown[]) => {
      if (!log.isLevelEnabled(level) || !hasRoom(log, CONSOLE)) return
      log[level]({ component: CONSOLE }, format(...texts.map(plain)).slice(0, MAX_TEXT))
    }
  }
}

/** An error becomes its name and message, as elsewhere in the log: its other fields may hold a secret. */
const plain = (text: unknown) => (text instanceof Error ? `${text.name}: ${text.message}` : text)
