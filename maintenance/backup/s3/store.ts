import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import pLimit from 'p-limit'
import { makeEmptyFolder } from '../../../base/files/empty_folder.ts'
import { makeFolder } from '../../../base/files/make_folder.ts'
import { MINUTE, S3_CONNECT, S3_LIST, S3_SILENCE } from '../../../base/lifetimes.ts'
import type { S3Place } from '../../../base/settings/backup_setting.ts'
import { EMBEDDED_PDS } from '../../data_folder/files.ts'
import { listFiles } from '../copied_files.ts'
import {
  type KeptBackup,
  keptBackup,
  listNeeded,
  MARK,
  namedAt,
  newestFirst,
} from '../kept_backups.ts'
import { MANIFEST, type Manifest, parseManifest } from '../manifest.ts'
import { atMost, boundAnswers, inTime } from './bounds.ts'

/** In each backup: which blobs it needs. They never change, so all backups share them. */
const BLOB_LIST = 'blobs.json'
/** Where those are, in the store and in a backup. */
const BLOBS = { shared: 'blobs/', own: join(EMBEDDED_PDS, 'blobs') }
/** Files that are on their way at once. */
const AT_ONCE = 8
/** Keys that one request deletes at most (S3 API, DeleteObjects). */
const DELETED_AT_ONCE = 1_000
/** How many pages of at most 1,000 keys are read of one list: of names at the top, and of files. */
const MOST_PAGES = { names: 100, files: 10_000 }
/** Bytes of a file that is read into memory: of a mark, and of a list of all files or blobs. */
const MOST_READ = { mark: 16 * 2 ** 20, list: 256 * 2 ** 20 }

/** Is told how many of all files are done. */
type OnProgress = (done: number, total: number) => void

function counting(total: number, onProgress: OnProgress): () => void {
  let done = 0
  return () => onProgress(++done, total)
}

/**
 * Copies of backups in an S3-compatible store: each below its name, with all files under their paths. All of it
 * is below a prefix, and what else there is in the bucket is of others.
 */
export class BackupStore {
  readonly #bucket: string
  readonly #prefix: string
  readonly #client: S3Client

  constructor({ bucket, prefix, endpoint, region, accessKeyId, secretAccessKey }: S3Place) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      // Its own default is to wait for ever: one silence would be the end of all daily backups.
      requestHandler: { connectionTimeout: S3_CONNECT, socketTimeout: S3_SILENCE },
      // Not every store knows the newer checksums; those of the manifest tell.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    boundAnswers(this.#client)
  }

  /** Those that are there as a whole, the newest first. */
  async list(): Promise<KeptBackup[]> {
    const found: KeptBackup[] = []
    await this.#each(await this.#names(), async (name) => {
      const startedAt = namedAt(name)
      const mark = startedAt === null ? null : await this.#read(`${name}/${MARK}`, MOST_READ.mark)
      const kept = mark !== null && startedAt !== null ? keptBackup(mark, name, startedAt) : null
      if (kept) found.push(kept)
    })
    return found.sort(newestFirst)
  }

  /**
   * Copies a good backup there, and removes those that are too many. It counts as there once the store has
   * said that it has every file with its size.
   *
   * @throws {Error} where it has not
   */
  async put(
    folder: string,
    name: string,
    keep: number,
    onProgress: OnProgress = () => {},
  ): Promise<void> {
    const all = await listFiles(folder)
    const isBlob = (path: string) => path.startsWith(`${BLOBS.own}/`)
    const files = all.filter((path) => !isBlob(path) && path !== MARK)
    const blobNames = all.filter(isBlob).map((path) => relative(BLOBS.own, path))
    const there = await this.#sizes(BLOBS.shared)
    const missing = blobNames.filter((blob) => !there.has(BLOBS.shared + blob))
    const fileDone = counting(missing.length + files.length, onProgress)
    await this.#each(missing, async (blob) => {
      await this.#putFile(BLOBS.shared + blob, join(folder, BLOBS.own, blob))
      fileDone()
    })
    await this.#each(files, async (path) => {
      await this.#putFile(`${name}/${path}`, join(folder, path))
      fileDone()
    })
    await this.#write(`${name}/${BLOB_LIST}`, JSON.stringify(blobNames))
    const sizes = await this.#sizes(`${name}/`)
    for (const path of files) {
      if (sizes.get(`${name}/${path}`) !== (await stat(join(folder, path))).size) {
        throw new Error(`The S3 store has not all of ${path}`)
      }
    }
    await this.#write(`${name}/${MARK}`, await readFile(join(folder, MARK), 'utf8'))
    await this.#prune(name, keep)
  }

  /** Copies one from there into an empty folder. @param wanted the newest, where undefined */
  async fetch(
    wanted: string | undefined,
    folder: string,
    onProgress: OnProgress = () => {},
  ): Promise<string> {
    const name = wanted ?? (await this.list())[0]?.name
    const sizes = name ? await this.#sizes(`${name}/`) : new Map<string, number>()
    if (!name || sizes.size === 0)
      throw new Error(`There is no backup ${wanted ?? ''} in the store`)
    await makeEmptyFolder(folder)
    const blobs = await this.#blobsOf(name)
    const shared = blobs.length > 0 ? await this.#sizes(BLOBS.shared) : sizes
    const fileDone = counting(sizes.size + blobs.length, onProgress)
    await this.#each([...sizes], async ([key, size]) => {
      await this.#getFile(key, size, folder, key.slice(name.length + 1))
      fileDone()
    })
    await this.#each(blobs, async (blob) => {
      const key = BLOBS.shared + blob
      await this.#getFile(key, shared.get(key) ?? 0, folder, join(BLOBS.own, blob))
      fileDone()
    })
    return name
  }

  close(): void {
    this.#client.destroy()
  }

  async #prune(newest: string, keep: number): Promise<void> {
    const good = await this.list()
    const kept = await listNeeded(good, keep, (name) => this.#manifestOf(name))
    // One with a later name was made while the clock was ahead: it stays.
    const isSurplus = (name: string) => name < newest && !kept.includes(name)
    const needed = new Set<string>()
    // One after the other: each may be long.
    for (const { name } of good) {
      if (isSurplus(name)) continue
      for (const blob of await this.#blobsOf(name)) needed.add(blob)
    }
    const blobs = [...(await this.#sizes(BLOBS.shared)).keys()]
    const surplus = blobs.filter((key) => !needed.has(key.slice(BLOBS.shared.length)))
    for (const name of await this.#names()) {
      if (namedAt(name) === null || !isSurplus(name)) continue
      // A file an account: more than a function takes arguments.
      for (const key of (await this.#sizes(`${name}/`)).keys()) surplus.push(key)
    }
    for (let i = 0; i < surplus.length; i += DELETED_AT_ONCE) {
      const keys = surplus.slice(i, i + DELETED_AT_ONCE)
      const Objects = keys.map((key) => ({ Key: this.#prefix + key }))
      const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects } })
      await inTime(0, (options) => this.#client.send(command, options))
    }
  }

  /** @throws {Error} where its list is not there: each backup has one, also where it names none */
  async #blobsOf(name: string): Promise<string[]> {
    const list = await this.#read(`${name}/${BLOB_LIST}`, MOST_READ.list)
    if (list === null)
      throw new Error(`The S3 store has no list of the blobs of the backup ${name}`)
    return JSON.parse(list)
  }

  async #manifestOf(name: string): Promise<Manifest> {
    return parseManifest((await this.#read(`${name}/${MANIFEST}`, MOST_READ.list)) ?? '{}')
  }

  /** What there is at the top: names of backups, and the place of the blobs. */
  async #names(): Promise<string[]> {
    const names: string[] = []
    const { length } = this.#prefix
    for await (const { CommonPrefixes = [] } of this.#pages('', MOST_PAGES.names, '/')) {
      names.push(...CommonPrefixes.flatMap(({ Prefix }) => Prefix?.slice(length, -1) ?? []))
    }
    return names
  }

  /** Bytes of all that is below a path, by key. */
  async #sizes(prefix: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>()
    for await (const { Contents = [] } of this.#pages(prefix, MOST_PAGES.files)) {
      for (const { Key, Size = 0 } of Contents) {
        if (Key) sizes.set(Key.slice(this.#prefix.length), Size)
      }
    }
    return sizes
  }

  async *#pages(
    prefix: string,
    most: number,
    Delimiter?: string,
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    const of = { Prefix: this.#prefix + prefix, ...(Delimiter && { Delimiter }) }
    const begun = performance.now()
    const neverEnds = (bound: string) =>
      new Error(`its list of ${this.#prefix}${prefix} does not end ${bound}`)
    let ContinuationToken: string | undefined
    for (let page = 0; page < most; page++) {
      if (performance.now() - begun > S3_LIST) throw neverEnds(`within ${S3_LIST / MINUTE} min`)
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, ...of, ContinuationToken })
      const found = await inTime(0, (options) => this.#client.send(command, options))
      yield found
      ContinuationToken = found.NextContinuationToken
      if (!ContinuationToken) return
    }
    throw neverEnds(`after ${most} pages`)
  }

  #at(key: string) {
    return { Bucket: this.#bucket, Key: this.#prefix + key }
  }

  async #putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path)
    const Body = createReadStream(path)
    const command = new PutObjectCommand({ ...this.#at(key), Body, ContentLength: size })
    await inTime(size, (options) => this.#client.send(command, options))
  }

  async #write(key: string, content: string): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(key), Body: content })
    await inTime(content.length, (options) => this.#client.send(command, options))
  }

  async #read(key: string, most: number): Promise<string | null> {
    try {
      return await inTime(most, async (options) => {
        const got = await this.#client.send(new GetObjectCommand(this.#at(key)), options)
        return pipeline(got.Body as Readable, atMost(most, key), text)
      })
    } catch (err) {
      if ((err as Error).name === 'NoSuchKey') return null
      throw err
    }
  }

  /** @throws {Error} for a path that leads out of the folder */
  async #getFile(key: string, size: number, folder: string, path: string): Promise<void> {
    if (path.split('/').some((part) => ['', '.', '..'].includes(part))) {
      throw new Error(`The store has a file that is none of a backup: ${key}`)
    }
    const target = join(folder, path)
    makeFolder(dirname(target))
    await inTime(size, async (options) => {
      const got = await this.#client.send(new GetObjectCommand(this.#at(key)), options)
      const file = createWriteStream(target, { mode: 0o600, flags: 'wx' })
      await pipeline(got.Body as Readable, atMost(size, key), file)
    })
  }

  async #each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const limit = pLimit(AT_ONCE)
    await Promise.all(items.map((item) => limit(() => work(item))))
  }
}
