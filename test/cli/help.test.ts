import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram, EXAMPLES } from '../../cli/program.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { fieldsOf } from '../../operator/descriptions/fields.ts'
import { descriptions } from '../../operator/descriptions/index.ts'

/** Lines and columns of a screen. */
const SCREEN = { lines: 42, columns: 80 }

const cli = (...args: string[]) => runCli(childEnvironment({}, {}), args)

test('the help of the program fits a screen', async () => {
  const { stdout, exitCode } = await cli('--help')
  const lines = stdout.trimEnd().split('\n')
  expect(exitCode).toBe(0)
  expect(lines.length).toBeLessThanOrEqual(SCREEN.lines)
  expect(lines.filter((line) => line.length > SCREEN.columns)).toEqual([])
})

test.each(EXAMPLES.map(([line]) => line))('%s is an example that can be run', (line) => {
  const words = line.split(' ')
  let command: Command = createProgram()
  while (command.commands.length > 0 && !words[0]?.startsWith('-')) {
    const next = command.commands.find((one) => one.name() === words[0])
    expect(next, `no command ${words[0]}`).toBeDefined()
    command = next as Command
    words.shift()
  }
  const given = words.filter((word) => !/^(-|\d)/.test(word))
  const wanted = command.registeredArguments.filter(({ required }) => required)
  expect(given.length).toBeGreaterThanOrEqual(words.includes('--help') ? 0 : wanted.length)
})

const numbers = descriptions.flatMap((description) =>
  fieldsOf(description)
    .filter(({ kind, flags }) => kind === 'number' && flags !== undefined)
    .map((field) => ({
      ...{ words: description.words, flag: field.flags?.split(' ')[0] ?? '' },
      ...{ range: field.range, mayBeNone: field.mayBeNone },
    })),
)

test.each(numbers)('$words reads the least $flag, and none where it may', async (each) => {
  const { words, flag, range, mayBeNone } = each
  for (const [given, read] of [
    [String(range.least), range.least],
    ...(mayBeNone ? [['none', null]] : []),
  ]) {
    const program = createProgram()
    const leaf = words
      .split(' ')
      .reduce<Command>(
        (at, name) => at.commands.find((one) => one.name() === name) as Command,
        program,
      )
    leaf.action(() => {})
    const args = leaf.registeredArguments.map(() => 'somebody.test')
    await program.parseAsync([...words.split(' '), ...args, `${flag}`, String(given)], {
      from: 'user',
    })
    const option = leaf.options.find(({ long }) => long === flag)
    expect(leaf.opts()[option?.attributeName() ?? '']).toBe(read)
  }
})

test.each(numbers)('$words takes no $flag that is no number', async ({ words, flag }) => {
  const { stderr, exitCode } = await runCliHere({}, [...words.split(' '), flag, 'many'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain("argument 'many' is invalid. It must be a whole number")
})

test.each(numbers)(
  '$words takes no $flag beyond what it may be',
  async ({ words, flag, range }) => {
    const { least, most } = range
    for (const beyond of [least - 1, most + 1]) {
      const { stderr, exitCode } = await runCliHere({}, [...words.split(' '), `${flag}=${beyond}`])
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(
        most === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number, ${least} or more`
          : `It must be a whole number from ${least} to ${most}`,
      )
    }
  },
)

test('a shell completes commands and options', async () => {
  const completed = async (...words: string[]) =>
    (await cli('complete', '--', ...words)).stdout.split('\n').map((line) => line.split('\t')[0])
  expect(await completed('account', 're')).toEqual(
    expect.arrayContaining(['reset-password', 'revoke']),
  )
  expect(await completed('backup', '--k')).toContain('--keep')
  const { stdout } = await cli('completion', 'bash')
  const { status, stderr } = spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test.each([['account', 'create'], ['openid', 'client', 'add'], ['backup']])(
  'help %s %s %s is the same as its --help',
  async (...given) => {
    const words = given.filter((word) => word !== undefined)
    const env = childEnvironment({}, {})
    const help = await runCliHere(env, ['help', ...words])
    expect(help).toEqual(await runCliHere(env, [...words, '--help']))
    expect(help.stdout).toContain(`Usage: vestibule ${words.join(' ')}`)
  },
)

test.each([['nothing'], ['account', 'nothing']])(
  'help of %s %s is wrong usage',
  async (...words) => {
    const { exitCode } = await runCliHere(childEnvironment({}, {}), ['help', ...words])
    expect(exitCode).toBe(2)
  },
)
