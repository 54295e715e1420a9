import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Operator } from '../../cli/operator/client.ts'
import { confirming } from '../../cli/operator/confirming.ts'
import { createProgram } from '../../cli/program.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { compileCache } from '../../lab/world/vestibule/child.ts'
import { descriptions } from '../../operator/descriptions/index.ts'

/** Where there is no terminal, what the operator's page asks about is done with `--yes` alone. */
const all = { account: 'kim.test', remove: 'totp', atOnce: true, codes: ['a-code'] } as const
const asked = descriptions.filter(({ asks }) => asks !== null)
const KIM = { did: 'did:plc:kim', handle: 'kim.test' }

test.each(asked)('$words asks first, as on the page', async ({ words, command, asks }) => {
  expect(asks?.(all)).toBeTruthy()
  const done: string[] = []
  const operator = (async (name: string) => {
    if (name !== 'account/show') done.push(name)
    return KIM
  }) as unknown as Operator
  await expect(confirming(operator, words, undefined)(command, all as never)).rejects.toMatchObject(
    {
      message: 'There is no terminal to ask on; use --yes',
    },
  )
  expect(done).toEqual([])
  await confirming(operator, words, true)(command, all as never)
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
  await confirming(operator, 'account takedown', undefined)('account/take-down', lift)
  await confirming(
    operator,
    'account factors',
    undefined,
  )('account/factors', { account: 'kim.test' })
})

test('an account that does not exist is not asked about', async () => {
  const operator = (async (name: string) => {
    throw new Error(`${name}: No account kim.test here`)
  }) as unknown as Operator
  const given = { account: 'kim.test' } as const
  await expect(
    confirming(operator, 'account delete', undefined)('account/delete', given),
  ).rejects.toThrow('account/show: No account kim.test here')
})

/** In a terminal of its own (util-linux `script`), where a file takes what the command writes. */
test('the question names the account that is meant, also where the result goes to a file', async () => {
  const folder = await makeTemporaryFolder('confirming')
  onTestFinished(folder.remove)
  const module = new URL('../../cli/operator/confirming.ts', import.meta.url).href
  const work = `const { confirming } = await import("${module}")
    const given = []
    const operator = async (name, input) => {
      given.push([name, input])
      return ${JSON.stringify(KIM)}
    }
    await confirming(operator, "account delete", false)("account/delete", { account: "kim.test" })
    console.log(JSON.stringify(given))`
  const command = `"$NODE" --input-type=module --eval "$WORK" >result`
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: folder.path,
    env: {
      ...{
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: compileCache,
        TERM: 'xterm',
        COLUMNS: '200',
      },
      ...{ SHELL: '/bin/sh', NODE: process.execPath, WORK: work },
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const QUESTION = 'Delete kim.test (did:plc:kim) with everything on its PDS, for good?'
  let shown = ''
  child.stdout.on('data', (chunk) => {
    const isNew = !shown.includes(QUESTION)
    shown += String(chunk)
    if (isNew && shown.includes(QUESTION)) child.stdin.write('y\r')
  })
  await ended
  expect(shown).toContain(QUESTION)
  // By its DID: the handle may be another account's by now.
  expect(JSON.parse(await readFile(join(folder.path, 'result'), 'utf8'))).toEqual([
    ['account/show', { account: 'kim.test' }],
    ['account/delete', { account: KIM.did }],
  ])
})
