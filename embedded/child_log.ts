import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { hasRoom } from '../base/watching/event_log.ts'
import type { Log } from '../base/watching/log.ts'

/** The component of what says no other. */
const PDS = 'pds'
/** As whose the lines are counted that Node.js writes itself, such as why it ends. */
const NODE = 'pds, by Node.js'

const LEVELS = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
} as const
/** What a line of the PDS may say besides, by the name that it has there. */
const FIELDS = ['did', 'nsid', 'status', 'crawler', 'responseTime']
/** Characters of a text that it wrote. */
const MAX_TEXT = 500
/** What strangers make a component log is bounded, as whatever else they do; it hides nothing of another. */
const BOUNDED = new Set(['warn', 'error'])

type Line = Record<string, unknown> & {
  level?: number
  name?: string
  msg?: string
  err?: { type?: string; message?: string; code?: unknown }
  req?: { method?: string; url?: string }
  res?: { statusCode?: number }
  /** Of the error that it answers. */
  status?: number
}

/**
 * Writes what the PDS logs into this program's log, at its level and with its component. Only
 * fields that are known go over: the others may hold what is secret.
 */
export function relog(output: Readable, errors: Readable, log: Log): void {
  createInterface({ input: output }).on('line', (text) => {
    const line = parse(text)
    if (line) write(line, log)
    else writeText(text, log)
  })
  createInterface({ input: errors }).on('line', (text) => writeText(text, log))
}

function write(line: Line, log: Log): void {
  const { name = PDS, msg, err, req, res, ...others } = line
  const known = FIELDS.flatMap((field) => (field in others ? [[field, others[field]]] : []))
  const level = levelOf(line)
  if (BOUNDED.has(level) && !hasRoom(log, name)) return
  log[level](
    {
      component: name,
      ...Object.fromEntries(known),
      ...(err && { err: toError(err) }),
      ...(req && { method: req.method, path: req.url?.replace(/\?.*/, '') }),
      ...(res && { status: res.statusCode }),
    },
    msg ?? '',
  )
}

/** The PDS calls each refusal an error. It tells the client why, and strangers can ask for any number. */
function levelOf({ level, status = 0 }: Line): (typeof LEVELS)[keyof typeof LEVELS] {
  const isRefusal = status >= 400 && status < 500
  return isRefusal ? 'debug' : (LEVELS[level as keyof typeof LEVELS] ?? 'info')
}

/** What Node.js writes itself, without the lines of a stack. */
function writeText(text: string, log: Log): void {
  if (/^\s*(at |$)/.test(text) || !hasRoom(log, NODE)) return
  log.warn({ component: PDS }, text.slice(0, MAX_TEXT))
}

/** As the log writes errors. */
function toError({ type, message, code }: NonNullable<Line['err']>): Error {
  return Object.assign(new Error(message?.slice(0, MAX_TEXT) ?? ''), {
    name: type ?? 'Error',
    code,
  })
}

function parse(text: string): Line | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
