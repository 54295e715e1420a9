import { expect, test } from 'vitest'
import { asking } from '../../cli/asking.ts'
import type { Operator } from '../../cli/operator_client.ts'
import { createProgram } from '../../cli/program.ts'
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
