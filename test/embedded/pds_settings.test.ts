import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings, settingNames } from '../../base/settings/settings.ts'
import { childEnvironment } from '../../embedded/child_environment.ts'
import { childSetup } from '../../embedded/child_setup.ts'
import { DECIDED_HERE, mistakesInPdsSettings, PASSED_ON } from '../../embedded/pds_settings.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { stockSettings as stock } from './stock_settings.ts'

test('every setting of the stock PDS is passed on or decided here, none is both', () => {
  expect(stock.length).toBeGreaterThan(90)
  expect([...Object.keys(PASSED_ON), ...Object.keys(DECIDED_HERE)].sort()).toEqual(
    stock.map(({ name }) => name).sort(),
  )
})

test('what is passed on is read as the stock PDS reads it', () => {
  const kinds = stock.filter(({ name }) => name in PASSED_ON).map(({ name, kind }) => [name, kind])
  expect(Object.fromEntries(kinds)).toEqual(PASSED_ON)
})

test('a setting that is decided here is refused with one line, which names settings that there are', () => {
  for (const [name, why] of Object.entries(DECIDED_HERE)) {
    expect(mistakesInPdsSettings({ [name]: 'x' })).toEqual([`${name}: ${why}`])
    expect(settingNames).toEqual(expect.arrayContaining(why.match(/ENTRYWAY_[A-Z_]+/g) ?? []))
    expect(why).toMatch(/set ENTRYWAY_\w+$|leave it out$/)
    expect(mistakesInPdsSettings({ [name]: '' })).toEqual([])
  }
})

test.each([
  ['PDS_CRAWLER', 'x', 'there is no such setting; did you mean PDS_CRAWLERS?'],
  ['PDS_BLOB_UPLOAD_LIMIT', '100MB', 'must be a whole number'],
  ['PDS_RATE_LIMITS_ENABLED', 'yes', 'must be true or false'],
])('%s=%s is one line', (name, value, why) => {
  expect(mistakesInPdsSettings({ [name]: value })).toEqual([`${name}: ${why}`])
})

test('what is passed on, and nothing else that is a setting, is in the environment of the PDS', () => {
  const env = { PATH: '/bin', ENTRYWAY_PORT: '1', RIVET_ENDPOINT: 'x', PDS_PORT: '2' }
  const its = childEnvironment({ ...env, PDS_CRAWLERS: 'https://relay.test' }, 'info')
  expect(its).toMatchObject({ PATH: '/bin', PDS_CRAWLERS: 'https://relay.test', LOG_LEVEL: 'warn' })
  expect(Object.keys(its)).toHaveLength(4)
})

test('what the PDS is told are properties of its settings, and gives way to the operator', async () => {
  const folder = await makeTemporaryFolder('told')
  try {
    const known = new Set(stock.map(({ property }) => property))
    const settings = readSettings({
      ENTRYWAY_PUBLIC_URL: 'https://pds.example.com',
      ENTRYWAY_DATA_DIR: folder.path,
      ENTRYWAY_LEXICON_AUTHORITY_DID: 'did:web:lexicons.example.com',
    })
    const secrets = await loadSecrets(settings)
    const { environment } = childSetup(settings, secrets, {})
    expect(Object.keys(environment).filter((property) => !known.has(property))).toEqual([])
    expect(environment).toMatchObject({
      hostname: 'pds.example.com',
      serviceDid: 'did:web:pds.example.com',
      devMode: false,
      crawlers: ['https://bsky.network'],
      dataDirectory: join(folder.path, 'pds'),
    })
    // A setting that is set to nothing is not set, but where that says that there is none.
    const empty = Object.fromEntries(Object.keys(PASSED_ON).map((name) => [name, '']))
    const told = (env: NodeJS.ProcessEnv) => childSetup(settings, secrets, env).environment
    const {
      crawlers,
      bskyAppViewUrl,
      bskyAppViewDid,
      reportServiceUrl,
      reportServiceDid,
      ...usual
    } = environment
    expect(told(empty)).toEqual(usual)
    // One at a time: a store of blobs in a bucket is also none on the disk.
    const over = stock.filter(
      ({ name, property }) => name in PASSED_ON && property in told({ [name]: 'given' }),
    )
    // Both are made of what is given.
    expect(over.map(({ name }) => name)).toEqual([
      'PDS_DATA_DIRECTORY',
      'PDS_RATE_LIMIT_BYPASS_IPS',
    ])
  } finally {
    await folder.remove()
  }
})
