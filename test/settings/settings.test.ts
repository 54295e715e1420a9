import { once } from 'node:events'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secp256k1Keypair, verifySignature } from '@atproto/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SettingsError } from '../../base/errors.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { missingForUse, readSettings, settingNames } from '../../base/settings/settings.ts'
import { runProgram } from '../../lab/world/vestibule/program.ts'

const pdsAt = (url: string, address = '') => ({
  ENTRYWAY_PDS_URL: url,
  ENTRYWAY_PDS_ADDRESS: address,
  ENTRYWAY_PDS_DID: 'did:web:pds.example.com',
  ENTRYWAY_PDS_ADMIN_PASSWORD: 'secret',
})

/** What several machines need. */
const machines = {
  RIVET_ENDPOINT: 'http://default:token@127.0.0.1:6420',
  ENTRYWAY_DATABASE: 'engine',
  ENTRYWAY_JWT_KEY_HEX: '1'.repeat(64),
  ENTRYWAY_PLC_ROTATION_KEY_HEX: '2'.repeat(64),
  ENTRYWAY_DPOP_SECRET_HEX: '3'.repeat(64),
  ENTRYWAY_ADMIN_PASSWORD: 'a password',
}

const linesOf = (env: Record<string, string>) => {
  try {
    readSettings(env)
  } catch (err) {
    if (err instanceof SettingsError) return err.lines
    throw err
  }
  return []
}

describe('settings', () => {
  test('nothing configured is a local entryway that says what it lacks', () => {
    const settings = readSettings({})
    expect(settings).toMatchObject({
      publicUrl: 'http://localhost:2600',
      host: '127.0.0.1',
      port: 2600,
      did: 'did:web:localhost%3A2600',
      plcUrl: 'https://plc.directory',
      handleDomains: ['.test'],
      inviteRequired: true,
      hcaptcha: null,
      dev: false,
    })
    expect(missingForUse(settings).join('\n')).toMatch(/^No mail server[\s\S]*PUBLIC_URL/)
  })

  test('a public entryway listens to the world and is its own did:web', () => {
    expect(readSettings({ ENTRYWAY_PUBLIC_URL: 'https://entryway.example.com/' })).toMatchObject({
      publicUrl: 'https://entryway.example.com',
      host: '0.0.0.0',
      did: 'did:web:entryway.example.com',
      handleDomains: ['.entryway.example.com'],
    })
  })

  test('without a public URL it is where the program listens', () => {
    expect(readSettings({ ENTRYWAY_PORT: '2700' })).toMatchObject({
      publicUrl: 'http://localhost:2700',
      did: 'did:web:localhost%3A2700',
    })
  })

  test('the README lists the settings that there are', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const rows = readme.split('\n').filter((line) => /^\| `(ENTRYWAY|RIVET|OTEL)_/.test(line))
    const listed = rows.flatMap((row) => row.split(' | ')[0]?.match(/[A-Z][A-Z0-9_]+/g) ?? [])
    expect(listed.sort()).toEqual([...settingNames].sort())
  })

  test('an empty variable is one that is not set', () => {
    expect(readSettings({ ENTRYWAY_SMTP_URL: '', ENTRYWAY_PORT: '' }).port).toBe(2600)
  })

  test.each([
    ['ENTRYWAY_PUBLIC_ULR', 'did you mean ENTRYWAY_PUBLIC_URL?'],
    ['ENTRYWAY_SMTP', 'did you mean ENTRYWAY_SMTP_URL?'],
    ['ENTRYWAY_HANDLE_DOMAIN', 'did you mean ENTRYWAY_HANDLE_DOMAINS?'],
    ['ENTRYWY_PUBLIC_URL', 'did you mean ENTRYWAY_PUBLIC_URL?'],
    ['entryway_public_url', 'did you mean ENTRYWAY_PUBLIC_URL?'],
    ['ENTRYWAY_SOMETHING_ELSE_ENTIRELY', 'README.md lists those that there are'],
  ])('%s is no setting, and is not ignored', (name, suggestion) => {
    expect(linesOf({ [name]: 'x' })).toEqual([`${name}: there is no such setting; ${suggestion}`])
    expect(linesOf({ [name]: 'x', ENTRYWAY_PORT: 'ninety' })).toHaveLength(2)
    expect(linesOf({ [name]: '' })).toEqual([])
  })

  test.each([
    [{ ENTRYWAY_PDS_URL: 'https://pds.example.com' }, /all three or none/],
    [pdsAt('http://pds.example.com', 'http://127.0.0.1:3000'), /^ENTRYWAY_PDS_URL: must be https/],
    [
      pdsAt('https://pds.example.com', 'http://198.51.100.1:3000'),
      /^ENTRYWAY_PDS_ADDRESS: must be https, or lead to this machine/,
    ],
    [
      { ENTRYWAY_PUBLIC_URL: 'https://pds.example.com', ...pdsAt('https://pds.example.com') },
      /^ENTRYWAY_PDS_ADDRESS: must lead to the PDS itself/,
    ],
    [{ ENTRYWAY_PDS_ADDRESS: 'http://127.0.0.1:3000' }, /^ENTRYWAY_PDS_ADDRESS: needs/],
    [{ ENTRYWAY_SMTP_URL: 'smtp://mail.example.com' }, /^ENTRYWAY_EMAIL_FROM: is needed/],
    [
      { ENTRYWAY_USER_INVITES: '5', ENTRYWAY_INVITE_REQUIRED: 'false' },
      /^ENTRYWAY_USER_INVITES: needs ENTRYWAY_INVITE_REQUIRED=true/,
    ],
    [
      { ENTRYWAY_BACKUP_S3_BUCKET: 'backups' },
      /^ENTRYWAY_BACKUP_DIR: is needed where backups go to S3/,
    ],
    [{ ENTRYWAY_BACKUP_DIR: 'data/backups' }, /^ENTRYWAY_BACKUP_DIR: must not be in ENTRYWAY_DATA/],
    [{ ENTRYWAY_BACKUP_DIR: 'data/..b' }, /^ENTRYWAY_BACKUP_DIR: must not be in ENTRYWAY_DATA/],
    [{ ENTRYWAY_DATABASE: 'engine' }, /^ENTRYWAY_DATABASE: engine needs RIVET_ENDPOINT/],
    [{ ...machines, ENTRYWAY_DATABASE: 'file' }, /^RIVET_ENDPOINT: needs ENTRYWAY_DATABASE=engine/],
    [{ ...machines, ENTRYWAY_JWT_KEY_HEX: '' }, /^RIVET_ENDPOINT: needs ENTRYWAY_JWT_KEY_HEX, the/],
  ])('%j contradict each other, which is one line', (env, line) => {
    const lines = linesOf(env as Record<string, string>)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(line)
  })

  test('a PDS may have the name of this program, and listen inside without TLS', () => {
    const url = 'https://pds.example.com'
    for (const address of ['http://127.0.0.1:3000', 'http://[fd00::1]:3000', 'http://pds:3000']) {
      const env = { ENTRYWAY_PUBLIC_URL: url, ...pdsAt(url, address) }
      expect(readSettings(env).pds).toMatchObject({ url, address })
    }
    expect(readSettings(pdsAt(url)).pds).toMatchObject({ url, address: url })
  })

  test('a Rivet Engine needs storage that moves and the same secrets everywhere', () => {
    expect(linesOf(machines)).toEqual([])
  })

  const startWith = async (settings: Record<string, string>) => {
    const run = runProgram('start.ts', settings, { cwd: process.cwd() })
    return { code: await run.ended(), output: run.logs }
  }

  test('the program stops with a line for every mistake, and no stack', async () => {
    const { code, output } = await startWith({ ENTRYWAY_PORT: 'x', ENTRYWAY_DEV: 'maybe' })
    expect(code).toBe(1)
    expect(output.trim().split('\n')).toEqual([
      'ENTRYWAY_PORT: must be a port from 1 to 65535, such as 2600; it is "x"',
      'ENTRYWAY_DEV: must be true or false (or 1 or 0); it is "maybe"',
    ])
  })

  test.each([
    [
      { ENTRYWAY_DATA_DIR: 'package.json' },
      /^ENTRYWAY_DATA_DIR: .*package\.json.*a file in the way/,
    ],
    [{ ENTRYWAY_DATA_DIR: 'README.md/data' }, /^ENTRYWAY_DATA_DIR: .*README\.md\/data.*a file in/],
    [{ ENTRYWAY_HOST: '192.0.2.1' }, /^ENTRYWAY_HOST: must be an address of this.*192\.0\.2\.1 is/],
    [{ ENTRYWAY_HOST: 'fe80::1' }, /^ENTRYWAY_HOST: must be an address of this.*fe80::1 is none$/],
    [{ ENTRYWAY_HOST: 'none.invalid' }, /^ENTRYWAY_HOST: .*the name none\.invalid has none$/],
  ])('what only the start can see, %j, is one line', async (settings, line) => {
    const folder = await mkdtemp(join(tmpdir(), 'vestibule-start-'))
    const { code, output } = await startWith({ ENTRYWAY_DATA_DIR: folder, ...settings })
    await rm(folder, { recursive: true })
    expect(code).toBe(1)
    const lines = output.trim().split('\n')
    expect(lines).toEqual([expect.stringMatching(line)])
  })

  test('a port that is taken is one line that says what to set', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, output } = await startWith({ ENTRYWAY_METRICS_PORT: String(port) })
    other.close()
    expect(code).toBe(1)
    expect(output.trim().split('\n')).toEqual([
      `Another program listens on 127.0.0.1:${port}: stop it, or give this one another port (ENTRYWAY_PORT, ENTRYWAY_METRICS_PORT)`,
    ])
  })
})

describe('secrets', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vestibule-secrets-'))
  })
  afterAll(() => rm(dataDir, { recursive: true }))

  test('are generated once, for their owner only, and kept', async () => {
    const settings = readSettings({ ENTRYWAY_DATA_DIR: dataDir })
    const first = await loadSecrets(settings)
    const again = await loadSecrets(settings)
    expect(again.jwtKeyHex).toBe(first.jwtKeyHex)
    expect(again.plcRotationKey.did()).toBe(first.plcRotationKey.did())
    expect(again.adminPassword).toBe(first.adminPassword)
    expect(again.refreshTokenSecret.equals(first.refreshTokenSecret)).toBe(true)
    const file = await stat(join(dataDir, 'secrets', 'jwt_key.hex'))
    expect(file.mode & 0o777).toBe(0o600)
    const folder = await stat(join(dataDir, 'secrets'))
    expect(folder.mode & 0o777).toBe(0o700)
  })

  test('that others can read are refused', async () => {
    const settings = readSettings({ ENTRYWAY_DATA_DIR: dataDir })
    const path = join(dataDir, 'secrets', 'dpop_secret.hex')
    for (const mode of [0o644, 0o640, 0o620]) {
      await chmod(path, mode)
      await expect(loadSecrets(settings)).rejects.toThrow(`run: chmod 600 ${path}`)
    }
    await chmod(path, 0o600)
    await loadSecrets(settings)
  })

  test('that are damaged are refused, and not taken for short ones', async () => {
    const settings = readSettings({ ENTRYWAY_DATA_DIR: dataDir })
    const folder = join(dataDir, 'secrets')
    const before = await loadSecrets(settings)
    for (const name of await readdir(folder)) {
      const path = join(folder, name)
      const whole = await readFile(path, 'utf8')
      for (const damaged of ['', whole.slice(0, 7), '\0'.repeat(64)]) {
        await writeFile(path, damaged)
        await expect(loadSecrets(settings)).rejects.toThrow(`${path}: holds no valid secret`)
      }
      await writeFile(path, whole)
    }
    expect((await loadSecrets(settings)).operatorToken).toBe(before.operatorToken)
  })

  test('a key that is gone is not made anew beside the accounts that need it', async () => {
    const settings = readSettings({ ENTRYWAY_DATA_DIR: dataDir })
    const secrets = await loadSecrets(settings)
    await mkdir(join(dataDir, 'accounts', '7z'), { recursive: true })
    for (const [file, setting, value] of [
      ['jwt_key.hex', 'ENTRYWAY_JWT_KEY_HEX', secrets.jwtKeyHex],
      ['plc_rotation_key.hex', 'ENTRYWAY_PLC_ROTATION_KEY_HEX', secrets.plcRotationKeyHex],
      [
        'dpop_secret.hex',
        'ENTRYWAY_DPOP_SECRET_HEX',
        Buffer.from(secrets.dpopSecret).toString('hex'),
      ],
    ] as const) {
      const path = join(dataDir, 'secrets', file)
      const away = join(dataDir, file)
      await rename(path, away)
      await expect(loadSecrets(settings)).rejects.toThrow(
        `${path}: is not there, and the accounts here were made with it: put it back from where you keep the keys, or set ${setting}.`,
      )
      const given = readSettings({ ENTRYWAY_DATA_DIR: dataDir, [setting]: value })
      expect((await loadSecrets(given)).operatorToken).toBe(secrets.operatorToken)
      await rename(away, path)
    }
    await rm(join(dataDir, 'secrets', 'admin_password'))
    expect((await loadSecrets(settings)).operatorToken).toBe(secrets.operatorToken)
    await rm(join(dataDir, 'accounts'), { recursive: true })
  })

  test('keys are made where a disk is mounted for the accounts, and there are none yet', async () => {
    const fresh = join(dataDir, 'fresh')
    const settings = readSettings({ ENTRYWAY_DATA_DIR: fresh })
    await mkdir(join(fresh, 'accounts', 'lost+found'), { recursive: true })
    const { operatorToken } = await loadSecrets(settings)
    expect((await loadSecrets(settings)).operatorToken).toBe(operatorToken)
    // The disk of the accounts may be away.
    await writeFile(join(fresh, 'directory.sqlite'), '')
    await rm(join(fresh, 'secrets'), { recursive: true })
    await expect(loadSecrets(settings)).rejects.toThrow('is not there, and the accounts here')
  })

  test.each(['ENTRYWAY_JWT_KEY_HEX', 'ENTRYWAY_PLC_ROTATION_KEY_HEX'])(
    '%s outside the curve is refused by its name',
    async (setting) => {
      for (const key of ['0'.repeat(64), 'f'.repeat(64)]) {
        const settings = readSettings({ ENTRYWAY_DATA_DIR: dataDir, [setting]: key })
        const refused = `${setting}: is not a secp256k1 private key`
        await expect(loadSecrets(settings)).rejects.toThrow(refused)
      }
    },
  )

  test('the rotation key signs by the key that it says', async () => {
    // One in 256 begins so, and is as long all the same.
    for (const key of [`00${'1'.repeat(62)}`, 'e'.repeat(64)]) {
      const { plcRotationKey } = await loadSecrets(
        readSettings({ ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_PLC_ROTATION_KEY_HEX: key }),
      )
      const did = (await Secp256k1Keypair.import(key)).did()
      expect(plcRotationKey.did()).toBe(did)
      const bytes = Buffer.from('an operation')
      expect(await verifySignature(did, bytes, await plcRotationKey.sign(bytes))).toBe(true)
    }
  })
})
