import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import type { Installation } from '../../cli/installation.ts'
import { settingsOfPdsInside } from '../../cli/release/settings.ts'
import { childSetup } from '../../embedded/child_setup.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { stockSettings } from '../embedded/stock_settings.ts'

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await makeTemporaryFolder('release-settings')
})
afterAll(() => folder?.remove())

async function makeInstallation(env: Record<string, string>): Promise<Installation> {
  const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path, ...env })
  return { settings, secrets: await loadSecrets(settings) }
}

/** Of what the PDS inside is told, what it is not told when it runs by itself. */
const OTHERWISE = [
  ...['entrywayUrl', 'entrywayDid', 'entrywayPlcRotationKey'],
  'entrywayJwtVerifyKeyK256PublicKeyHex',
  // That of this program, which every PLC log has.
  'plcRotationKeyK256PrivateKeyHex',
  // What is made with it lasts minutes.
  'dpopSecret',
  // The name of this program, unless the operator gave one.
  'serviceName',
  // This program is on the same machine.
  'rateLimitBypassIps',
]

test('what the PDS inside is told, it is told also when it runs by itself', async () => {
  const installation = await makeInstallation({
    ENTRYWAY_PUBLIC_URL: 'https://pds.example.com',
    ENTRYWAY_LEXICON_AUTHORITY_DID: 'did:web:lexicons.example.com',
  })
  const { environment } = childSetup(installation.settings, installation.secrets, {})
  const values = settingsOfPdsInside({}, installation, {})
  const expected = stockSettings.flatMap(({ property, name }) => {
    const value = environment[property as keyof typeof environment]
    return value === undefined || OTHERWISE.includes(property) ? [] : [[name, String(value)]]
  })
  expect(expected.length).toBeGreaterThan(15)
  expect(values).toMatchObject(Object.fromEntries(expected))
})

test('without TLS it is for this machine alone, also then', async () => {
  const installation = await makeInstallation({ ENTRYWAY_PUBLIC_URL: 'http://localhost:2600' })
  expect(settingsOfPdsInside({}, installation, {})).toMatchObject({
    PDS_HOSTNAME: 'localhost',
    PDS_PORT: '2600',
    PDS_DEV_MODE: 'true',
  })
})

test('a PDS that limited no requests limits none when it has its settings back', async () => {
  const installation = await makeInstallation({ ENTRYWAY_PUBLIC_URL: 'https://pds.example.com' })
  const limits = (before: Record<string, string>, env: Record<string, string> = {}) =>
    settingsOfPdsInside(before, installation, env).PDS_RATE_LIMITS_ENABLED
  const had = { PDS_HOSTNAME: 'pds.example.com' }
  expect(limits(had)).toBeUndefined()
  expect(limits({ ...had, PDS_RATE_LIMITS_ENABLED: 'true' })).toBe('true')
  // As the operator has set it since.
  expect(limits(had, { PDS_RATE_LIMITS_ENABLED: 'true' })).toBe('true')
  expect(limits({})).toBe('true')
})
