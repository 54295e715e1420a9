import { expect, test } from 'vitest'
import { readSettings } from '../../base/settings/settings.ts'
import { planSettings } from '../../cli/adopt/settings.ts'
import { mistakesInPdsSettings } from '../../embedded/pds_settings.ts'
import { stockSettings } from '../embedded/stock_settings.ts'

/** As the reference's installer writes it. */
const INSTALLED = {
  PDS_HOSTNAME: 'pds.example.com',
  PDS_JWT_SECRET: '1'.repeat(32),
  PDS_ADMIN_PASSWORD: '2'.repeat(32),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '3'.repeat(64),
  PDS_DATA_DIRECTORY: '/pds',
  PDS_BLOBSTORE_DISK_LOCATION: '/pds/blocks',
  PDS_BLOB_UPLOAD_LIMIT: '104857600',
  PDS_DID_PLC_URL: 'https://plc.directory',
  PDS_BSKY_APP_VIEW_URL: 'https://api.bsky.app',
  PDS_BSKY_APP_VIEW_DID: 'did:web:api.bsky.app',
  PDS_REPORT_SERVICE_URL: 'https://mod.bsky.app',
  PDS_REPORT_SERVICE_DID: 'did:plc:ar7c4by46qjdydhdevvrndac',
  PDS_CRAWLERS: 'https://bsky.network',
  LOG_ENABLED: 'true',
  PDS_RATE_LIMITS_ENABLED: 'true',
  PDS_INVITE_REQUIRED: 'true',
}
const PLACED = { PDS_DATA_DIRECTORY: '/pds', PDS_BLOBSTORE_DISK_LOCATION: '/pds/blocks' }
const SAMPLES = { string: 'x', integer: '7', boolean: 'true', list: 'x,y' }

const planWith = (settings: Record<string, string>) =>
  planSettings({ ...INSTALLED, ...settings }, PLACED)

test('what the installer of the reference writes is taken over whole', () => {
  const plan = planWith({})
  expect(plan.refused).toEqual([])
  expect(plan.values).toEqual({
    ENTRYWAY_PUBLIC_URL: 'https://pds.example.com',
    ENTRYWAY_DID: 'did:web:pds.example.com',
    ENTRYWAY_ADMIN_PASSWORD: INSTALLED.PDS_ADMIN_PASSWORD,
    ENTRYWAY_PLC_ROTATION_KEY_HEX: INSTALLED.PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX,
    ENTRYWAY_PLC_URL: 'https://plc.directory',
    ENTRYWAY_INVITE_REQUIRED: 'true',
    PDS_DATA_DIRECTORY: '/pds',
    PDS_BLOBSTORE_DISK_LOCATION: '/pds/blocks',
    PDS_BLOB_UPLOAD_LIMIT: '104857600',
    PDS_BSKY_APP_VIEW_URL: 'https://api.bsky.app',
    PDS_BSKY_APP_VIEW_DID: 'did:web:api.bsky.app',
    PDS_REPORT_SERVICE_URL: 'https://mod.bsky.app',
    PDS_REPORT_SERVICE_DID: 'did:plc:ar7c4by46qjdydhdevvrndac',
    PDS_CRAWLERS: 'https://bsky.network',
    PDS_RATE_LIMITS_ENABLED: 'true',
  })
  expect(plan.dropped.map(({ name }) => name)).toEqual(['PDS_JWT_SECRET', 'LOG_ENABLED'])
  expect(readSettings(plan.values)).toMatchObject({ did: 'did:web:pds.example.com' })
  expect(mistakesInPdsSettings(plan.values)).toEqual([])
})

test.each(stockSettings)('$name is named once, and what is written of it can be read', (stock) => {
  const { name, kind } = stock
  const { taken, passedOn, dropped, refused } = planWith({ [name]: SAMPLES[kind] })
  const named = [
    ...taken.map(({ from }) => from),
    ...passedOn,
    ...dropped.map((one) => one.name),
    ...refused.map((line) => line.split(':')[0]),
  ]
  expect(named.filter((one) => one === name)).toHaveLength(1)
  const given = INSTALLED[name as keyof typeof INSTALLED]
  const { values } = planWith(given === undefined ? {} : { [name]: given })
  expect(mistakesInPdsSettings(values)).toEqual([])
})

test('what the PDS left unset stays so, whatever the PDS inside does by itself', () => {
  const { PDS_HOSTNAME, PDS_JWT_SECRET, PDS_ADMIN_PASSWORD } = INSTALLED
  const { PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX } = INSTALLED
  const bare = { PDS_HOSTNAME, PDS_JWT_SECRET, PDS_ADMIN_PASSWORD }
  const plan = planSettings({ ...bare, PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX }, PLACED)
  expect(plan.values).toMatchObject({
    PDS_CRAWLERS: '',
    PDS_BSKY_APP_VIEW_URL: '',
    PDS_REPORT_SERVICE_URL: '',
    PDS_BLOB_UPLOAD_LIMIT: '5242880',
  })
})

test.each([
  ['PDS_ADMIN_PASSWORD', 'short', 'must have at least 8 characters'],
  ['PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX', 'x', 'must be 32 bytes in hex'],
  ['PDS_JWT_SECRET', '', 'name their file with --pds-env'],
  ['PDS_PLC_ROTATION_KEY_KMS_KEY_ID', 'x', 'a KMS does not give it away'],
  ['PDS_ENTRYWAY_URL', 'https://entryway.example.com', 'behind an entryway'],
])('%s=%s keeps the PDS from being adopted, in one line without the value', (name, value, why) => {
  const { refused } = planWith({ [name]: value })
  expect(refused).toEqual([expect.stringContaining(why)])
  expect(refused[0]).toMatch(new RegExp(`^${name}: `))
})

test.each([
  ['PDS_PRIMARY_COLOR', 'blue', 'must be a colour'],
  ['PDS_EMAIL_SMTP_URL', 'smtp:///?sendmail=true', 'must be smtp://'],
  ['PDS_ACCEPTING_REPO_IMPORTS', 'yes', 'neither true nor false'],
  ['PDS_SUPPORT_LINK', 'x', 'no setting of a PDS'],
])('%s=%s is left out, with the reason', (name, value, why) => {
  const { dropped, values } = planWith({ [name]: value })
  expect(dropped.find((one) => one.name === name)?.reason).toContain(why)
  expect(values[name]).toBeUndefined()
})

test('a moderation service that the PDS trusts is trusted here, too', () => {
  const PDS_MOD_SERVICE_DID = 'did:web:ozone.example.com'
  expect(planWith({ PDS_MOD_SERVICE_DID }).values).toMatchObject({
    PDS_MOD_SERVICE_DID,
    ENTRYWAY_MOD_SERVICE_DID: PDS_MOD_SERVICE_DID,
  })
})

test('a number is passed on as the PDS reads it, and the keys of a bucket as they are', () => {
  expect(planWith({ PDS_BLOB_UPLOAD_LIMIT: '100MB', AWS_REGION: 'eu' }).values).toMatchObject({
    PDS_BLOB_UPLOAD_LIMIT: '100',
    AWS_REGION: 'eu',
  })
})

test('on this machine alone the port is a part of the name', () => {
  const plan = planWith({ PDS_HOSTNAME: 'localhost', PDS_PORT: '3000', PDS_DEV_MODE: 'true' })
  expect(plan.values).toMatchObject({
    ENTRYWAY_PUBLIC_URL: 'http://localhost:3000',
    ENTRYWAY_PORT: '3000',
    ENTRYWAY_DID: 'did:web:localhost',
    ENTRYWAY_DEV: 'true',
  })
})
