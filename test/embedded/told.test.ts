import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { childEnvironment } from '../../embedded/child_environment.ts'
import { childSetup } from '../../embedded/child_setup.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'

let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>
beforeAll(async () => {
  folder = await makeTemporaryFolder('told')
})
afterAll(() => folder?.remove())

/** What the PDS inside is told, by the settings of the program and by its own. */
async function told(env: NodeJS.ProcessEnv, ofPds: NodeJS.ProcessEnv = {}) {
  const { settings, secrets } = await ofProgram(env)
  return childSetup(settings, secrets, ofPds).environment
}

async function ofProgram(env: NodeJS.ProcessEnv) {
  const settings = readSettings({ ENTRYWAY_DATA_DIR: folder.path, ...env })
  return { settings, secrets: await loadSecrets(settings) }
}

const PUBLIC = { ENTRYWAY_PUBLIC_URL: 'https://pds.example.com' }
const DEV = { ENTRYWAY_DEV: '1' }
const APP_VIEW = 'https://api.bsky.app'
const REPORTS = 'https://mod.bsky.app'

test.each([
  ['for the network', PUBLIC, [false, false, ['https://bsky.network'], APP_VIEW, REPORTS]],
  ['on this machine', {}, [true, false, undefined, APP_VIEW, REPORTS]],
  ['to try things out', DEV, [true, true, undefined, undefined, undefined]],
  ['that and public', { ...PUBLIC, ...DEV }, [true, true, undefined, undefined, undefined]],
])('%s it knows the services of the network, and whom it may ask', async (_for, env, wanted) => {
  const its = await told(env)
  const { devMode, disableSsrfProtection, crawlers, bskyAppViewUrl, reportServiceUrl } = its
  expect([devMode, disableSsrfProtection, crawlers, bskyAppViewUrl, reportServiceUrl]).toEqual(
    wanted,
  )
})

test.each([
  ['crawlers', 'CRAWLERS'],
  ['bskyAppViewUrl', 'BSKY_APP_VIEW_URL', 'BSKY_APP_VIEW_DID'],
  ['reportServiceUrl', 'REPORT_SERVICE_URL', 'REPORT_SERVICE_DID', 'MOD_SERVICE_URL'],
] as const)('%s is left to whoever sets one of %s', async (property, ...names) => {
  for (const name of names) {
    for (const value of ['given', '']) {
      expect(await told(PUBLIC, { [`PDS_${name}`]: value })).not.toHaveProperty(property)
    }
  }
})

test('it limits clients where the program does, and never the program', async () => {
  expect(await told({})).toMatchObject({
    rateLimitsEnabled: true,
    rateLimitBypassIps: ['127.0.0.1'],
  })
  const others = { PDS_RATE_LIMIT_BYPASS_IPS: '10.0.0.1,10.0.0.2' }
  expect(await told({ ENTRYWAY_RATE_LIMITS: 'off' }, others)).toMatchObject({
    rateLimitsEnabled: false,
    rateLimitBypassIps: ['127.0.0.1', '10.0.0.1', '10.0.0.2'],
  })
})

test('what holds for both is the same in both', async () => {
  const env = {
    ...{ ...PUBLIC, ENTRYWAY_NAME: 'The house', ENTRYWAY_PLC_URL: 'https://plc.example.com' },
    ...{ ENTRYWAY_HANDLE_DOMAINS: '.one.example.com,.two.example.com' },
    ENTRYWAY_INVITE_REQUIRED: '0',
  }
  const { secrets } = await ofProgram(env)
  const its = await told(env)
  expect(its).toMatchObject({
    serviceName: 'The house',
    didPlcUrl: 'https://plc.example.com',
    serviceHandleDomains: ['.one.example.com', '.two.example.com'],
    inviteRequired: false,
    entrywayUrl: 'https://pds.example.com',
    entrywayDid: 'did:web:pds.example.com',
    entrywayJwtVerifyKeyK256PublicKeyHex: secrets.jwtPublicKeyHex,
    entrywayPlcRotationKey: secrets.plcRotationKey.did(),
    adminPassword: secrets.adminPassword,
    dpopSecret: Buffer.from(secrets.dpopSecret).toString('hex'),
  })
  // And what each has for itself.
  const own = [its.jwtSecret, its.plcRotationKeyK256PrivateKeyHex]
  expect(own).toEqual([secrets.embeddedPds.jwtSecret, secrets.embeddedPds.plcRotationKeyHex])
  expect(await told({ ...env, ENTRYWAY_INVITE_REQUIRED: '1' })).toMatchObject({
    inviteRequired: true,
  })
})

test.each([
  ['silent', 'false', 'silent'],
  ['debug', 'true', 'debug'],
  ['info', 'true', 'warn'],
  ['error', 'true', 'error'],
])('at %s it logs as much as the program, without a line for each request', (level, on, its) => {
  expect(childEnvironment({}, level)).toEqual({ LOG_ENABLED: on, LOG_LEVEL: its })
})
