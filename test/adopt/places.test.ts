import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPlaces } from '../../cli/adopt/places.ts'
import { readPdsFile, readPdsFileStrictly } from '../../cli/pds/env.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('places')
})
afterEach(() => folder.remove())

const put = (path: string) => {
  const whole = join(folder.path, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, '')
}

test('paths of a container are read as what is mounted there', () => {
  put('account.sqlite')
  expect(
    findPlaces(
      {
        PDS_DATA_DIRECTORY: '/pds-of-nowhere',
        PDS_BLOBSTORE_DISK_LOCATION: '/pds-of-nowhere/blocks',
        PDS_BLOBSTORE_DISK_TMP_LOCATION: '/pds-of-nowhere/incoming',
        PDS_ACTOR_STORE_DIRECTORY: '/mnt/actors',
      },
      folder.path,
    ),
  ).toEqual({
    dataDirectory: folder.path,
    accounts: join(folder.path, 'account.sqlite'),
    sequencer: join(folder.path, 'sequencer.sqlite'),
    didCache: join(folder.path, 'did_cache.sqlite'),
    actors: '/mnt/actors',
    blobs: join(folder.path, 'blocks'),
    temporaryBlobs: join(folder.path, 'incoming'),
    settings: {
      PDS_DATA_DIRECTORY: folder.path,
      PDS_BLOBSTORE_DISK_LOCATION: join(folder.path, 'blocks'),
      PDS_BLOBSTORE_DISK_TMP_LOCATION: join(folder.path, 'incoming'),
      PDS_ACTOR_STORE_DIRECTORY: '/mnt/actors',
    },
  })
})

test('the folder may be mounted above its data, and the accounts may have a place of their own', () => {
  put('db/accounts.sqlite')
  const places = findPlaces(
    {
      PDS_DATA_DIRECTORY: '/srv-of-nowhere/data',
      PDS_ACCOUNT_DB_LOCATION: '/srv-of-nowhere/db/accounts.sqlite',
    },
    folder.path,
  )
  expect(places).toMatchObject({
    accounts: join(folder.path, 'db/accounts.sqlite'),
    dataDirectory: join(folder.path, 'data'),
    actors: join(folder.path, 'data/actors'),
  })
})

test('without settings, and with those that name the folder itself, everything is there', () => {
  put('account.sqlite')
  const plain = findPlaces({}, folder.path)
  expect(plain.accounts).toBe(join(folder.path, 'account.sqlite'))
  expect(findPlaces({ PDS_DATA_DIRECTORY: folder.path }, folder.path)).toEqual(plain)
  for (const PDS_BLOBSTORE_DISK_TMP_LOCATION of ['', '/tmp', folder.path]) {
    const places = findPlaces({ PDS_BLOBSTORE_DISK_TMP_LOCATION }, folder.path)
    expect(places.temporaryBlobs).toBeNull()
  }
  expect(findPlaces({ PDS_BLOBSTORE_S3_BUCKET: 'x' }, folder.path).blobs).toBeNull()
})

test('the data may be elsewhere than the settings file', () => {
  put('data/account.sqlite')
  put('etc/pds.env')
  const data = join(folder.path, 'data')
  expect(findPlaces({ PDS_DATA_DIRECTORY: data }, join(folder.path, 'etc')).dataDirectory).toBe(
    data,
  )
})

test('a folder without accounts is told apart', () => {
  expect(() => findPlaces({}, folder.path)).toThrow(`There is no ${folder.path}/account.sqlite`)
})

test('a # in a value is a part of it, as for Docker and systemd', async () => {
  const file = join(folder.path, 'pds.env')
  writeFileSync(
    file,
    [
      'PDS_PRIMARY_COLOR=#5b9dff',
      'PDS_ADMIN_PASSWORD=a#b"c',
      'PDS_HOSTNAME=pds.example.com # ours',
      "PDS_SERVICE_NAME='Us #1'",
      '# PDS_PORT=1',
    ].join('\n'),
  )
  expect(await readPdsFile(file)).toEqual({
    PDS_PRIMARY_COLOR: '#5b9dff',
    PDS_ADMIN_PASSWORD: 'a#b"c',
    PDS_HOSTNAME: 'pds.example.com',
    PDS_SERVICE_NAME: 'Us #1',
  })
})

test('a $ that Docker Compose reads as the beginning of a variable is told', async () => {
  const file = join(folder.path, 'pds.env')
  const lines = [
    'PDS_ADMIN_PASSWORD=ab$cd',
    'PDS_EMAIL_SMTP_URL="smtps://us:a$bc@mail.example.com"',
    'PDS_SERVICE_NAME=$$ome',
    'export PDS_DID_PLC_URL=https://$plc',
    'PDS_INVITE_REQUIRED = $no',
    "PDS_JWT_SECRET='ab$cd'",
    "PDS_CONTACT_EMAIL_ADDRESS= 'a$b@mail.example.com'",
    'PDS_HOSTNAME=pds.example.com',
    'PDS_HOME_URL=https://example.com/$',
    '# PDS_PORT=$PORT',
  ]
  writeFileSync(file, lines.join('\n'))
  const { pdsEnv, unclear } = await readPdsFileStrictly(file)
  expect(unclear.map((line) => line.split(':')[0])).toEqual([
    ...['PDS_ADMIN_PASSWORD', 'PDS_EMAIL_SMTP_URL', 'PDS_SERVICE_NAME'],
    ...['PDS_DID_PLC_URL', 'PDS_INVITE_REQUIRED'],
  ])
  expect(unclear[0]).toContain('between single quotes')
  expect(pdsEnv).toMatchObject({ PDS_JWT_SECRET: 'ab$cd', PDS_HOSTNAME: 'pds.example.com' })
})

test('a settings file may have what editors of Windows put into it', async () => {
  const path = join(folder.path, 'pds.env')
  writeFileSync(path, '\uFEFFPDS_HOSTNAME=pds.example.com\r\nPDS_JWT_SECRET=a#b\r\n')
  expect(await readPdsFile(path)).toEqual({
    PDS_HOSTNAME: 'pds.example.com',
    PDS_JWT_SECRET: 'a#b',
  })
})
