import type { Command, Option } from 'commander'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { startGateway } from '../../gateway/server.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'

/** Whatever is typed wrong is told in a line, with the exit code that docs/cli.md has for it. */
let app: AppInProcess
let stop: () => Promise<void>
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  const port = await freePort()
  const own = { ENTRYWAY_PUBLIC_URL: `http://localhost:${port}`, ENTRYWAY_PORT: String(port) }
  app = await startApp({ env: own })
  const { dataDir, publicUrl } = app.runner.settings
  env = childEnvironment({}, { ...own, ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_DEV: '1' })
  const where = { host: '127.0.0.1', port, trustedProxies: [], publicUrl, name: 'here' }
  const gateway = await startGateway(where, app.auth, app.runner.log)
  stop = () => gateway.stop()
})
afterAll(async () => {
  await stop?.()
  await app?.close()
  vi.unstubAllEnvs()
})

type Leaf = { words: string; command: Command }

function leavesOf(parent: Command, prefix = ''): Leaf[] {
  return parent.commands.flatMap((command) => {
    const words = `${prefix} ${command.name()}`.trim()
    return command.commands.length > 0 ? leavesOf(command, words) : [{ words, command }]
  })
}

/** What a shell reads. */
const FOR_SHELLS = ['completion', 'complete']
const leaves = leavesOf(createProgram()).filter(({ words }) => !FOR_SHELLS.includes(words))

/** @returns what it says, without how commander begins and ends it */
async function refused(args: string[], code: 1 | 2): Promise<string> {
  const { exitCode, stdout, stderr } = await runCliHere(env, args)
  expect({ args, exitCode, stdout }).toEqual({ args, exitCode: code, stdout: '' })
  const said = stderr.replace(/^error: /, '').replace(/\nWith --help it says.*\n$/, '\n')
  expect(said).toMatch(/^[^\n]+\n$/)
  return said.trimEnd()
}

test.each(leaves)(
  '$words refuses an option and an argument that it does not know',
  async ({ words, command }) => {
    const [line, asked] = [words.split(' '), mandatoryOf(command)]
    expect(await refused([...line, ...asked, '--nothing'], 2)).toContain(
      "unknown option '--nothing'",
    )
    if (command.registeredArguments.some(({ variadic }) => variadic)) return
    const given = command.registeredArguments.map(() => 'x')
    const args = [...line, ...given, 'more', ...asked]
    expect(await refused(args, 2)).toMatch(/too many arguments/)
  },
)

const wanting = leaves.filter(({ command }) =>
  command.registeredArguments.some(({ required }) => required),
)
test.each(wanting)('$words wants its arguments', async ({ words, command }) => {
  expect(await refused([...words.split(' '), ...mandatoryOf(command)], 2)).toMatch(
    /missing required argument/,
  )
})

/** An option with a value that it takes. */
function giving({ long, flags, argChoices }: Option): string[] {
  const usual = /<(n|days|port)>/.test(flags) ? '1' : 'https://a.test'
  return [long ?? '', argChoices?.[0] ?? usual]
}

const mandatoryOf = ({ options }: Command) =>
  options.flatMap((option) => (option.mandatory ? giving(option) : []))

const single = leaves.flatMap(({ words, command }) =>
  command.options
    .filter((option) => (option.required || option.optional) && !option.variadic)
    .map((option) => ({ words, option, flags: option.flags })),
)
test.each(single)('$words takes $flags once', async ({ words, option }) => {
  const twice = [...giving(option), ...giving(option)]
  expect(await refused([...words.split(' '), ...twice], 2)).toBe(
    `option '${option.flags}' is given twice`,
  )
})

const ofAccount = leaves.filter(({ command }) =>
  command.registeredArguments.some((each) => each.required && each.name() === 'account'),
)
test.each(ofAccount)('$words says that there is no such account', async ({ words, command }) => {
  const given = command.registeredArguments.map((argument) =>
    argument.name() === 'account' ? 'nobody.test' : 'x@mail.test',
  )
  const asks = command.options.some(({ long }) => long === '--yes')
  const yes = asks ? ['--yes'] : []
  expect(await refused([...words.split(' '), ...given, ...yes], 1)).toBe(
    'No account nobody.test here; `vestibule account list` shows them',
  )
})

test.each([
  [
    ['account', 'create', 'ann', 'ann@mail.test'],
    'ann is no whole handle: give its domain, too, such as ann.test',
  ],
  [
    ['account', 'create', '@ann', 'ann@mail.test'],
    '@ann is no whole handle: give its domain, too, such as ann.test',
  ],
  [
    ['account', 'create', 'ann.example.com', 'ann@mail.test'],
    'ann.example.com is no handle of this service: those end in .test',
  ],
  [
    ['account', 'create', 'ann.test', 'nothing'],
    'nothing is no e-mail address: give one such as alice@example.com',
  ],
  [
    ['account', 'set-handle', 'at://kim.test', 'ann'],
    'ann is no whole handle: give its domain, too, such as ann.test',
  ],
  [
    ['account', 'set-email', 'kim.test', 'nothing'],
    'nothing is no e-mail address: give one such as alice@example.com',
  ],
  [
    ['account', 'set-email', 'kim.test', 'kim@mailinator.com'],
    'kim@mailinator.com is an address to throw away: give another one',
  ],
])('%j says what to type', async (args, said) => {
  const kim = { handle: 'kim.test', email: 'kim@mail.test', password: 'a good password' }
  if (!(await app.actors.directory.find(kim.handle))) await app.addAccount(kim)
  expect(await refused(args, 1)).toBe(said)
})

test('what is registered already is said to be changed', async () => {
  const said = async (...args: string[]) => (await runCliHere(env, args)).stdout.split('\n')[0]
  const wiki = ['openid', 'client', 'add', 'wiki', '--redirect-uri', 'https://wiki.test/in']
  expect(await said(...wiki)).toBe('wiki is registered. Its settings:')
  expect(await said(...wiki)).toBe('wiki was registered already, and is changed. Its settings:')
  const files = ['openid', 'resource', 'add', 'https://files.test', '--scopes', 'read']
  expect(await said(...files)).toMatch(/^https:\/\/files\.test is registered\./)
  expect(await said(...files)).toMatch(
    /^https:\/\/files\.test was registered already, and is changed\./,
  )
})
