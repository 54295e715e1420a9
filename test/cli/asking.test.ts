import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { asking } from '../../cli/asking.ts'
import type { Operator } from '../../cli/operator_client.ts'
import { createProgram } from '../../cli/program.ts'
import { compileCache } from '../../lab/world/child.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { descriptions } from '../../operator/list.ts'

/** Where there is no terminal, what the operator's page asks about is done with `--yes` alone. */
const all = { account: 'kim.test', remove: 'totp', atOnce: true } as const
const asked = descriptions.filter(({ asks }) => asks !== null)

test.each(asked)('$words asks first, as on the page', async ({ words, command, asks }) => {
  expect(asks?.(all)).toBeTruthy()
  const done: string[] = []
  const operator = (async (name: string) => void done.push(name)) as unknown as Operator
  await expect(asking(operator, words, undefined)(command, all as never)).rejects.toMatchObject({
    message: 'There is no terminal to ask on; use --yes',
  })
  expect(done).toEqual([])
  await asking(operator, words, true)(command, all as never)
  expect(done).toEqual([command])
  const found = words
    .split(' ')
    .reduce(
      (parent, name) => parent.commands.find((each) => each.name() === name) ?? parent,
      createProgram(),
    )
  expect(found.options.map(({ long }) => long)).toContain('--yes')
})

test('what only reads, or undoes, is not asked about', async () => {
  const operator = (async () => ({})) as unknown as Operator
  const lift = { account: 'kim.test', lift: true } as const
  await asking(operator, 'account takedown', undefined)('account/take-down', lift)
  await asking(operator, 'account factors', undefined)('account/factors', { account: 'kim.test' })
})

/** In a terminal of its own (util-linux `script`), where a file takes what the command writes. */
test('the question is seen also where the result goes to a file', async () => {
  const folder = await makeTemporaryFolder('asking')
  onTestFinished(folder.remove)
  const ask = new URL('../../cli/ask.ts', import.meta.url).href
  const work = `const { assertMeant } = await import("${ask}")
    await assertMeant("Is it meant?", undefined)
    console.log("the result")`
  const command = `"$NODE" --input-type=module --eval "$WORK" >result`
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: folder.path,
    env: {
      ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache, TERM: 'xterm' },
      ...{ SHELL: '/bin/sh', NODE: process.execPath, WORK: work },
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let shown = ''
  child.stdout.on('data', (chunk) => {
    const isNew = !shown.includes('Is it meant?')
    shown += String(chunk)
    if (isNew && shown.includes('Is it meant?')) child.stdin.write('y\r')
  })
  await ended
  expect(shown).toContain('Is it meant?')
  expect(await readFile(join(folder.path, 'result'), 'utf8')).toBe('the result\n')
})
