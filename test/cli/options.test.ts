import type { Command } from 'commander'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { run as runCommand } from '../../cli/run.ts'
import { startGateway } from '../../gateway/server.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { freePort } from '../../lab/world/loopback.ts'

let app: AppInProcess
let stop: () => Promise<void>

beforeAll(async () => {
  const port = await freePort()
  const env = { ENTRYWAY_PUBLIC_URL: `http://localhost:${port}`, ENTRYWAY_PORT: String(port) }
  app = await startApp({ env })
  const { dataDir, publicUrl } = app.runner.settings
  for (const [name, value] of Object.entries({
    ...{ ...env, ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_DEV: '1' },
  })) {
    vi.stubEnv(name, value)
  }
  const where = { host: '127.0.0.1', port, trustedProxies: [], publicUrl, name: 'here' }
  const gateway = await startGateway(where, app.auth, app.runner.log)
  stop = () => gateway.stop()
})
afterAll(async () => {
  await stop?.()
  await app?.close()
  vi.unstubAllEnvs()
})
afterEach(() => vi.restoreAllMocks())

type Options = {
  /** Those that say something, whatever stands beside them. */
  free?: string
  /** How others are given so that one of them would say nothing, and what is said of that. */
  refused?: Record<string, RegExp>
}

/** Every option of every command, but for `--yes`: "do not ask" is true where nothing is asked. */
const rows: Record<string, Options> = {
  trail: {
    free: '--event --account --by --search --address --limit',
    refused: { '--since 2026-11-27 --until 2026-11-26': /^until: must be later than `since`/ },
  },
  'account list': { free: '--search --standing' },
  'account create': {
    refused: { 'a.test a@mail.test --ask --password secret': /'--ask' cannot be used with/ },
  },
  'account reset-password': {
    free: '--keep-app-passwords',
    refused: { 'a.test --ask --password secret': /'--ask' cannot be used with/ },
  },
  'account factors': {
    refused: {
      'a.test --passkey x': /^passkey: goes with/,
      'a.test --passkey x --remove totp --yes': /^passkey: goes with/,
      'a.test --add mail --remove totp --yes': /^add: goes without/,
    },
  },
  'account takedown': {
    refused: { 'a.test --lift --ref spam': /^ref: goes without `lift`/ },
  },
  'account audit': { free: '--limit' },
  'account revoke': { refused: { 'a.test an-id --all': /^Name one session .*, or give --all/ } },
  'invite create': { free: '--count --uses --for' },
  'invite list': { free: '--usable --of' },
  'invite disable': { free: '--of' },
  'limits list': { free: '--search --limit' },
  'pds add': { free: '--address --did --admin-password' },
  'pds close': { free: '--weight --capacity' },
  'pds open': { free: '--weight --capacity' },
  'openid client add': {
    free: `--redirect-uri --post-logout-uri --backchannel-logout-uri --name --uri --logo --public
      --jwks-uri --native --refresh --device --resource --alg`,
    refused: {
      'wiki --at https://wiki.test': /--for with the --at/,
      'wiki --at https://wiki.test --redirect-uri https://wiki.test/in': /--for with the --at/,
      'wiki --for discourse --redirect-uri https://wiki.test/in --json':
        /^--for: .* without --json/,
    },
  },
  'openid client show': {
    refused: { 'wiki --for discourse --json': /^--for: .* without --json/ },
  },
  'openid registration-token add': { free: '--days' },
  'openid resource add': { free: '--scopes --name --alg' },
  'openid rotate-keys': { free: '--at-once' },
  init: {
    free: '--file --force --url --host --port --data-dir --handle-domains --plc-url --open --smtp-url --email-from --dev',
    refused: {
      '--yes --url https://a.test --pds-url https://pds.test': /needs .*beside it/,
      '--yes --url https://a.test --pds-did did:web:pds.test': /needs .*beside it/,
      '--yes --url https://a.test --pds-address http://127.0.0.1:3000': /needs .*beside it/,
      '--yes --url https://a.test --pds-admin-password secret': /needs .*beside it/,
    },
  },
  'import-pds': {
    free: '--dry-run --pds --pds-env',
    refused: {
      'folder --no-plc --pds-rotation-key-hex 00': /cannot be used with option '--no-plc/,
    },
  },
  adopt: {
    free: '--dry-run --copy --pds-env --no-plc --file --force --again --data-dir --host --port',
  },
  release: { free: '--dry-run --pds --pds-env' },
  backup: {
    refused: {
      'new --to all': /^Name a folder, or --to/,
      'new --keep 3': /^--keep: goes with --to/,
      'new --copy-only': /^--copy-only: goes with --to/,
      '--to all --copy-only --with-secrets': /^--copy-only: goes without/,
    },
  },
  restore: { free: '--sign-out --s3' },
  // `--target-lost` without `--abandon`: used_together.test.ts, where there is an engine.
  'data copy': { free: '--abandon --target-lost' },
  doctor: { free: '--data' },
  upgrade: { free: '--check' },
}

function leavesOf(parent: Command, prefix = ''): [words: string, command: Command][] {
  return parent.commands.flatMap((made) => {
    const words = `${prefix} ${made.name()}`.trim()
    return made.commands.length > 0 ? leavesOf(made, words) : [[words, made] as [string, Command]]
  })
}

/** What a shell reads. */
const FOR_SHELLS = ['completion', 'complete']

const optionsOf = (command: Command) =>
  command.options.map(({ long }) => long).filter((long) => long !== '--yes')

test.each(leavesOf(createProgram()).filter(([words]) => !FOR_SHELLS.includes(words)))(
  'of each option of %s it is said beside which others it goes',
  (words, command) => {
    const { free = '', refused = {} } = rows[words] ?? {}
    const said = [free, ...Object.keys(refused)].join(' ').match(/--[a-z\d-]+/g) ?? []
    const known = new Set(said.filter((each) => each !== '--json' && each !== '--yes'))
    expect([...known].sort()).toEqual(optionsOf(command).sort())
  },
)

const wrong = Object.entries(rows).flatMap(([words, { refused = {} }]) =>
  Object.entries(refused).map(([given, said]) => [`${words} ${given}`, said] as const),
)

test.each(wrong)('%s is wrong usage', async (line, said) => {
  const told: string[] = []
  vi.spyOn(console, 'log').mockImplementation((text) => void told.push(`out: ${text}`))
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
  expect(await runCommand(line.split(' '))).toBe(2)
  const lines = told.map((each) => each.replace(/^error: /, '')).join('\n')
  expect(lines).toMatch(new RegExp(said.source, 'm'))
  expect(lines).not.toContain('out: ')
})
