import { mkdir, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { S3_LIST } from '../../base/lifetimes.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { inTime } from '../../maintenance/backup/s3/bounds.ts'
import { BackupStore } from '../../maintenance/backup/s3/store.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  S3_ANSWER: 4_000,
}))

const NAME = '2026-11-26T030000Z'
const FILE = 'directory.sqlite'
const CHUNK = Buffer.alloc(64 * 1024, ' ')
/** Far more than is taken, so that a test without the bound ends, too. */
const MOST_GIVEN = 2 ** 30

let folder: TemporaryFolder
let server: LoopbackServer
let store: BackupStore
let given: number

const place = (endpoint: string) => ({
  ...{ bucket: 'backups', prefix: 'localhost/', endpoint, region: 'us-east-1' },
  ...{ accessKeyId: 'key', secretAccessKey: 'secret' },
})

async function answering(answer: RequestListener): Promise<void> {
  server = await listenOnLoopback(answer)
  store = new BackupStore(place(server.url))
}

beforeEach(async () => {
  folder = await makeTemporaryFolder('endless')
  given = 0
})
afterEach(async () => {
  store.close()
  await server.close()
  await folder.remove()
})

/** As fast as it is read. */
const withoutEnd: RequestListener = (_, response) => {
  const content = function* () {
    for (; given < MOST_GIVEN; given += CHUNK.length) yield CHUNK
  }
  return pipeline(Readable.from(content()), response).catch(() => {})
}

const listOf = (content: string) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`

test.each([200, 403])('an answer %i without end is not kept in memory', async (status) => {
  await answering((request, response) => {
    response.writeHead(status)
    return withoutEnd(request, response)
  })
  await expect(store.list()).rejects.toThrow('the answer has more than')
  expect(given).toBeLessThan(MOST_GIVEN)
})

test('a store that drips is given up on', async () => {
  await answering(async (_, response) => {
    response.writeHead(200).write('<')
    while (!response.destroyed) {
      response.write(' ')
      await setTimeout(50)
    }
  })
  await expect(store.list()).rejects.toThrow('has not answered in full')
})

test('one that drips what comes before its answer, too', async () => {
  await answering(async (request) => {
    for (let sent = 0; !request.socket.destroyed && sent < 1_000; sent++) {
      request.socket.write(sent === 0 ? 'HTTP/1.1 200 OK\r\nx-long: ' : 'x')
      await setTimeout(50)
    }
  })
  await expect(store.list()).rejects.toThrow('has not answered in full')
})

test('a file of any size has its time', async () => {
  const isGivenUp = inTime(2 ** 40, async ({ abortSignal }) => {
    await setTimeout(100)
    return abortSignal.aborted
  })
  expect(await isGivenUp).toBe(false)
})

/** A list of so many pages, each of which takes so many milliseconds. */
async function listing(pages: number, takes: number): Promise<void> {
  const { now } = performance
  let page = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + page * takes)
  onTestFinished(() => void vi.restoreAllMocks())
  await answering((_, response) => {
    const more = `<IsTruncated>true</IsTruncated><NextContinuationToken>${++page}</NextContinuationToken>`
    response.end(listOf(page < pages ? more : ''))
  })
}

test('a list without end is given up on', async () => {
  await listing(1_000, 0)
  await expect(store.list()).rejects.toThrow('does not end after 100 pages')
})

test('one whose pages come slowly, too', async () => {
  await listing(20, S3_LIST / 10)
  await expect(store.list()).rejects.toThrow('does not end within 180 min')
})

test('a long list that comes to its end is read whole', async () => {
  await listing(9, S3_LIST / 10)
  expect(await store.list()).toEqual([])
})

test('a backup of more files than a function takes arguments is removed when it is too old', async () => {
  const [older, files, pages] = ['2026-11-20T030000Z', 1_000, 150]
  let removed = 0
  await answering(async (request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? '/', server.url)
    const body = await text(request)
    if (searchParams.has('delete')) {
      removed += body.match(/<Key>/g)?.length ?? 0
      return response.end('<DeleteResult/>')
    }
    if (request.method === 'PUT') return response.end()
    if (pathname.endsWith('blobs.json')) return response.end('[]')
    if (pathname.includes('/localhost/'))
      return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    if (searchParams.has('delimiter')) {
      const names = [older, NAME].map((name) => `<Prefix>localhost/${name}/</Prefix>`)
      return response.end(
        listOf(names.map((each) => `<CommonPrefixes>${each}</CommonPrefixes>`).join('')),
      )
    }
    if (searchParams.get('prefix') !== `localhost/${older}/`) return response.end(listOf(''))
    const page = Number(searchParams.get('continuation-token') ?? 0)
    const keys = Array.from(
      { length: files },
      (_, i) => `<Contents><Key>localhost/${older}/${page}-${i}</Key><Size>1</Size></Contents>`,
    )
    const more = `<IsTruncated>true</IsTruncated><NextContinuationToken>${page + 1}</NextContinuationToken>`
    return response.end(listOf(keys.join('') + (page + 1 < pages ? more : '')))
  })
  const made = join(folder.path, NAME)
  await mkdir(made)
  await writeFile(join(made, 'verified.json'), '{}')
  await store.put(made, NAME, 1)
  expect(removed).toBe(files * pages)
})

test('a file has no more bytes than its list says', async () => {
  await answering((request, response) => {
    if (request.url?.includes(FILE)) return withoutEnd(request, response)
    if (request.url?.includes('blobs.json')) return response.end('[]')
    return response.end(
      listOf(`<Contents><Key>localhost/${NAME}/${FILE}</Key><Size>9</Size></Contents>`),
    )
  })
  await expect(store.fetch(NAME, join(folder.path, 'fetched'))).rejects.toThrow(
    /more than \d+ bytes/,
  )
  expect(given).toBeLessThan(MOST_GIVEN)
})
