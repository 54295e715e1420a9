import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { MOST_LINES } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { relog } from '../../embedded/child_log.ts'

/** @returns what this program logs when the PDS writes these lines */
async function logged(...lines: (object | string)[]): Promise<Record<string, unknown>[]> {
  const written: Record<string, unknown>[] = []
  const write = (line: string) => written.push(JSON.parse(line))
  const log = pino({ base: undefined, level: 'trace' }, { write })
  const [output, errors] = [new PassThrough(), new PassThrough()]
  relog(output, errors, log as Log)
  for (const line of lines) {
    output.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  }
  const isLast = ({ msg }: Record<string, unknown>) => msg === 'the last line'
  output.write(`${JSON.stringify({ level: 30, msg: 'the last line' })}\n`)
  await expect.poll(() => written.some(isLast)).toBe(true)
  return written.filter((line) => !isLast(line))
}

const error = {
  level: 50,
  name: 'xrpc-server',
  nsid: 'a.b.c',
  msg: 'an error in xrpc method a.b.c',
}

test('a refusal is for those who look for one, a fault for everybody', async () => {
  const lines = [400, 401, 404, 429, 500, 502].map((status) => ({ ...error, status }))
  const levels = (await logged(...lines)).map(({ status, level }) => [status, level])
  expect(levels).toEqual([
    ...[400, 401, 404, 429].map((status) => [status, 20]),
    ...[500, 502].map((status) => [status, 50]),
  ])
})

test('an error that answers no request stays one', async () => {
  const [line] = await logged({ level: 50, name: 'pds:sequencer', msg: 'sequencer failed' })
  expect(line).toMatchObject({ level: 50, component: 'pds:sequencer', msg: 'sequencer failed' })
})

test('what strangers make the PDS log has a bound; that it failed is said in any case', async () => {
  const many = Array.from({ length: 5 * MOST_LINES.ofOne }, () => ({
    ...{ ...error, status: 500 },
    err: { type: 'Error', message: 'x'.repeat(10_000) },
  }))
  const last = { level: 60, name: 'pds', msg: 'the PDS failed' }
  const lines = await logged(...many, last)
  expect(lines).toHaveLength(MOST_LINES.ofOne + 1)
  expect(lines.at(-1)).toMatchObject({ level: 60, msg: 'the PDS failed' })
  expect(lines[0]).toMatchObject({ err: { message: 'x'.repeat(500) } })
})

test('and hides nothing that another component, or Node.js, has to say', async () => {
  const many = Array.from({ length: 5 * MOST_LINES.ofOne }, () => ({ ...error, status: 500 }))
  const failed = { level: 50, name: 'pds:sequencer', msg: 'sequencer failed' }
  const lines = await logged(...many, failed, 'FATAL ERROR: heap out of memory')
  expect(lines.slice(MOST_LINES.ofOne)).toMatchObject([
    { component: 'pds:sequencer', msg: 'sequencer failed' },
    { component: 'pds', msg: 'FATAL ERROR: heap out of memory' },
  ])
})

test('what Node.js writes has a bound, too', async () => {
  const lines = await logged(...Array(5 * MOST_LINES.ofOne).fill('Warning: something'))
  expect(lines).toHaveLength(MOST_LINES.ofOne)
})

test('of a request it says the method and the path, and nothing that may be secret', async () => {
  const req = {
    method: 'GET',
    url: '/oauth/authorize?request_uri=secret',
    headers: { a: 'secret' },
  }
  const [line] = await logged({ level: 30, msg: 'request', req, body: 'secret', status: 200 })
  expect(line).toMatchObject({ method: 'GET', path: '/oauth/authorize', status: 200 })
  expect(JSON.stringify(line)).not.toContain('secret')
})
