import { PoorlyFormattedDidDocumentError } from '@atproto/identity'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  DID_DOCUMENT_AGAIN,
  DID_DOCUMENT_EXPIRED,
  DID_DOCUMENT_STALE,
} from '../../base/lifetimes.ts'
import { DidDocuments } from '../../sagas/services/did_documents.ts'
import { keptLog } from '../shared/logged.ts'

const waits = vi.hoisted(() => ({ long: 60_000, now: 60_000 }))
vi.mock(import('../../base/lifetimes.ts'), async (original) => ({
  ...(await original()),
  get LOOKUP_WAIT() {
    return waits.now as never
  },
}))

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const other = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb'
const before = { id: did, alsoKnownAs: ['at://before.test'] }
const after = { id: did, alsoKnownAs: ['at://after.test'] }

const resolve = vi.fn<(did: string) => Promise<typeof before | null>>()
const lookups = { run: <T>(look: () => Promise<T>) => look() }
let documents: DidDocuments
let lines: ReturnType<typeof keptLog>['lines']

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const kept = keptLog()
  lines = kept.lines
  resolve.mockReset().mockResolvedValue(before)
  documents = new DidDocuments({ resolve }, lookups, kept.log)
  await documents.read(did)
  resolve.mockReset()
})
afterEach(() => vi.useRealTimers())

const pass = (ms: number) => vi.advanceTimersByTime(ms)
const silence = () => resolve.mockImplementation(() => new Promise(() => {}))

describe('of an account', () => {
  test('a document is fresh, then stale, then expired', async () => {
    resolve.mockResolvedValue(after)
    expect(await documents.ofAccount(did)).toBe(before)
    expect(resolve).not.toHaveBeenCalled()
    pass(DID_DOCUMENT_STALE + 1)
    expect(await documents.ofAccount(did)).toBe(before)
    await expect.poll(() => documents.ofAccount(did)).toBe(after)
    expect(resolve).toHaveBeenCalledTimes(1)
    resolve.mockResolvedValue(before)
    pass(DID_DOCUMENT_EXPIRED + 1)
    expect(await documents.ofAccount(did)).toBe(before)
  })

  test('those that are stale are read a bounded number at once', async () => {
    resolve.mockImplementation(async (id) => ({ ...before, id }))
    const many = Array.from({ length: 500 }, (_, i) => `did:plc:${i}`)
    await Promise.all(many.map((each) => documents.read(each)))
    resolve.mockReset()
    silence()
    pass(DID_DOCUMENT_STALE + 1)
    const answered = await Promise.all(many.map((each) => documents.ofAccount(each)))
    expect(answered.map((document) => document?.id)).toEqual(many)
    expect(resolve.mock.calls.length).toBeLessThan(100)
    expect(resolve).toHaveBeenCalled()
  })

  test('what is wrong with a document is said, and the directory is asked for others', async () => {
    resolve.mockRejectedValue(new PoorlyFormattedDidDocumentError(other, null))
    expect(await documents.ofAccount(other)).toBeUndefined()
    expect(lines()).toMatchObject([{ msg: 'DID document not read', did: other }])
    resolve.mockResolvedValue(after)
    expect(await documents.ofAccount(other)).toBe(after)
  })
})

test('who asks for one that is being read shares it', async () => {
  const { promise, resolve: answer } = Promise.withResolvers<typeof after>()
  resolve.mockReturnValue(promise)
  pass(DID_DOCUMENT_STALE + 1)
  const asked = Array.from({ length: 20 }, () => documents.named(did, false))
  await expect.poll(() => resolve.mock.calls.length).toBe(1)
  asked.push(documents.named(did, false))
  answer(after)
  expect(await Promise.all(asked)).toEqual(Array(21).fill(after))
  expect(resolve).toHaveBeenCalledTimes(1)
})

test('one that is forgotten while it is read is not kept', async () => {
  const { promise, resolve: answer } = Promise.withResolvers<typeof before>()
  resolve.mockReturnValueOnce(promise).mockResolvedValue(after)
  const reading = documents.read(did)
  documents.forget(did)
  answer(before)
  expect(await reading).toBe(before)
  expect(await documents.named(did, false)).toBe(after)
})

test('one that is gone is kept no more, one that cannot be read is', async () => {
  resolve.mockRejectedValueOnce(new Error('down')).mockResolvedValue(null)
  await expect(documents.read(did)).rejects.toThrow('down')
  expect(await documents.named(did, false)).toBe(before)
  expect(await documents.read(did)).toBeNull()
  expect(await documents.named(did, false)).toBeNull()
})

describe('a directory that does not answer', () => {
  beforeEach(async () => {
    waits.now = 100
    silence()
    pass(DID_DOCUMENT_STALE + 1)
  })
  afterEach(() => {
    waits.now = waits.long
  })

  test('is waited for once, and asked again after a while', async () => {
    const asked = Array.from({ length: 20 }, () => documents.named(did, false))
    expect(await Promise.all(asked)).toEqual(Array(20).fill(before))
    expect(await documents.named(did, false)).toBe(before)
    expect(await documents.ofAccount(did)).toBe(before)
    expect(await documents.ofAccount(other)).toBeUndefined()
    expect(resolve).toHaveBeenCalledTimes(1)
    documents.forget(other)
    resolve.mockResolvedValue(after)
    pass(DID_DOCUMENT_AGAIN)
    expect(await documents.ofAccount(other)).toBe(after)
  })

  test('is not asked again at once for what is known, where it fails without a wait', async () => {
    resolve.mockRejectedValue(new Error('fetch failed'))
    for (let i = 0; i < 5; i++) expect(await documents.named(did, false)).toBe(before)
    expect(resolve).toHaveBeenCalledTimes(1)
    resolve.mockResolvedValue(after)
    pass(DID_DOCUMENT_AGAIN)
    expect(await documents.named(did, false)).toBe(after)
  })

  test('does not keep the owner of a session waiting for longer', async () => {
    const asked = Array.from({ length: 20 }, () => documents.ofAccount(other))
    expect(await Promise.all(asked)).toEqual(Array(20).fill(undefined))
    expect(resolve).toHaveBeenCalledTimes(1)
  })

  test('is named in the log once, and again when it answers', async () => {
    for (let i = 0; i < 5; i++) {
      const asked = [documents.named(did, false), documents.ofAccountAnew(other)]
      await Promise.all(asked)
      pass(DID_DOCUMENT_AGAIN)
    }
    expect(lines().map(({ msg }) => msg)).toEqual([expect.stringMatching(/PLC directory failed/)])
    resolve.mockResolvedValue(after)
    documents.forget(did)
    expect(await documents.ofAccount(did)).toBe(after)
    expect(lines().map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/PLC directory failed/),
      expect.stringMatching(/PLC directory succeeds again/),
    ])
  })
})
