import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { sayUnless } from '../shared/left_out.ts'
import { keptLog } from '../shared/logged.ts'

const LOG = new URL('../../base/watching/log.ts', import.meta.url)

/** A disk that is always full. */
const FULL = '/dev/full'
const hasFull = sayUnless(existsSync(FULL), `a log on a full disk: there is no ${FULL}`)

/** More than is kept of lines that cannot be written. */
const SCRIPT = `
  import { createLog } from '${LOG}'
  const log = createLog('info')
  for (let i = 0; i < 5_000; i++) log.info({ i, pad: 'x'.repeat(200) }, 'a line')
  console.error('still here')`

test.runIf(hasFull)('a log on a full disk does not end the program', async () => {
  const full = openSync(FULL, 'w')
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  const [said, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')])
  expect(said).toBe('still here\n')
  expect(code).toBe(0)
})

test('what others named is obeyed by no terminal in which the log is read', () => {
  const clientId = 'https://app.example/\u001b]0;owned\u0007\u007f\u009b2J\u202e\n'
  const log = keptLog()
  log.log.info({ clientId, err: new Error(clientId) }, 'refused')
  expect(log.text()).not.toMatch(/(?!\n$)[\p{Cc}\p{Bidi_Control}]/u)
  expect(log.lines()).toMatchObject([{ clientId, err: { message: clientId }, msg: 'refused' }])
})

test('of an error the known fields are written, and of its causes, and nothing else', () => {
  const more = { stack: 'a secret', body: 'a secret', headers: { authorization: 'a secret' } }
  const cause = Object.assign(new TypeError('fetch failed'), { ...more, code: 'ECONNRESET' })
  const err = Object.assign(new Error('no answer', { cause }), {
    ...more,
    code: { of: 'a secret' },
  })
  const log = keptLog()
  log.log.error({ err }, 'failed')
  log.log.error({ err: 'a secret' }, 'failed')
  expect(log.lines().map((line) => line.err)).toEqual([
    {
      ...{ type: 'Error', message: 'no answer' },
      cause: { type: 'TypeError', message: 'fetch failed', code: 'ECONNRESET' },
    },
    { type: 'string' },
  ])
  expect(log.text()).not.toContain('secret')
})
