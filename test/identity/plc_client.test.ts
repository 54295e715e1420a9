import { Secp256k1Keypair } from '@atproto/crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Plc, plcSaidNo } from '../../identity/plc.ts'
import { PlcClient } from '../../identity/plc_client.ts'
import { RotationKeys } from '../../identity/rotation_key.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { answerInstead } from '../answer_instead.ts'

const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  // The directory that answers here does so sooner on a busy machine, too.
  UPSTREAM_TIMEOUT: 8_000,
}))

let server: LoopbackServer
let plc: Plc
let did: string
let repoKey: string
beforeAll(async () => {
  server = await startPlc()
  const key = await Secp256k1Keypair.create()
  plc = new Plc(server.url, key, null)
  repoKey = (await Secp256k1Keypair.create()).did()
  const made = { handle: 'old.test', signingKey: repoKey, pds: 'https://pds.test' }
  const genesis = await plc.genesis(made)
  await new PlcClient(server.url).sendOperation(genesis.did, genesis.op)
  did = genesis.did
})
afterAll(() => server?.close())

/** Keeps the next request waiting. */
function holdRequest(): Promise<{ release: () => void }> {
  return new Promise((resolve) => {
    const held = answerInstead(server.server, (request, response) => {
      held.end()
      resolve({ release: () => held.serve(request, response) })
    })
  })
}

test('a directory that is silent is given up on, and no operation follows when it speaks', async () => {
  const silent = await listenOnLoopback(() => {})
  const keys = new RotationKeys(silent.url, 'https://pds.test', repoKey, [])
  const added = keys.ensure(did)
  const held = holdRequest()
  const error = await plc.updateHandle(did, 'new.test').catch((err) => err)
  expect(error).toMatchObject({ message: 'The PLC directory is unavailable' })
  expect(plcSaidNo(error)).toBe(false)
  const { release } = await held
  release()
  expect(await added).toMatchObject({ outcome: 'failed' })
  await silent.close()

  await plc.updateHandle(did, 'other.test')
  expect(await plc.read(did)).toEqual({ handle: 'other.test', pds: 'https://pds.test', repoKey })
  expect(await new PlcClient(server.url).getOperationLog(did)).toHaveLength(2)
})

test('a directory that refuses says so', async () => {
  const error = await plc.updateHandle('did:plc:nobody', 'new.test').catch((err) => err)
  expect(error).toMatchObject({ message: 'The PLC directory is unavailable' })
  expect(plcSaidNo(error)).toBe(true)
  expect(await plc.read('did:plc:nobody')).toBeNull()
})

test('a new DID obeys the person first, then the operator, then the entryway', async () => {
  const keys = await Promise.all([1, 2, 3, 4].map(() => Secp256k1Keypair.create()))
  const [own, operators, persons, signing] = keys as [Secp256k1Keypair, ...Secp256k1Keypair[]]
  const genesis = async (recoveryKey: string | null, personsKey?: string) => {
    const made = await new Plc(server.url, own, recoveryKey).genesis({
      handle: 'new.test',
      signingKey: signing?.did() ?? '',
      pds: 'https://pds.test',
      recoveryKey: personsKey,
    })
    return (made.op as { rotationKeys?: string[] }).rotationKeys
  }
  const [person, operator] = [persons?.did() ?? '', operators?.did() ?? '']
  expect(await genesis(operator, person)).toEqual([person, operator, own.did()])
  expect(await genesis(operator)).toEqual([operator, own.did()])
  expect(await genesis(null, person)).toEqual([person, own.did()])
  expect(await genesis(null)).toEqual([own.did()])
})

/** The next request is answered so. */
function answerNext(status: number, body: unknown, type = 'application/json'): void {
  const once = answerInstead(server.server, (_, response) => {
    once.end()
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

const large = ' '.repeat(5_000_000)
const unavailable = { message: 'The PLC directory is unavailable' }

test.each<[string, number, unknown]>([
  ['no JSON', 200, '<html>'],
  ['a number', 200, 5],
  ['half of what there is to say', 200, { did: 'did:plc:nobody', rotationKeys: [] }],
  ['null', 200, 'null'],
  // Were it read whole, it would say that there is no such DID.
  ['megabytes, as its refusal', 404, large],
  ['a redirect', 302, ''],
])('a directory that answers with %s is away', async (_, status, body) => {
  for (const ask of [
    () => plc.read(did),
    () => plc.signingKeyAt(did, 'https://pds.test'),
    () => plc.signUpdate(did, {}),
  ]) {
    answerNext(status, body)
    await expect(ask()).rejects.toMatchObject(unavailable)
  }
  expect(await plc.read(did)).toMatchObject({ pds: 'https://pds.test' })
})

test('a directory that answers of another DID, or with megabytes around what is right, is away', async () => {
  const { alsoKnownAs, rotationKeys, verificationMethods, services } = await new PlcClient(
    server.url,
  ).getDocumentData(did)
  const data = { alsoKnownAs, rotationKeys, verificationMethods, services }
  for (const wrong of [
    { ...data, did: 'did:plc:nobody' },
    large + JSON.stringify({ ...data, did }),
  ]) {
    answerNext(200, wrong)
    await expect(plc.read(did)).rejects.toMatchObject(unavailable)
  }
  answerNext(200, { ...data, did })
  expect(await plc.read(did)).toMatchObject({ pds: 'https://pds.test' })
})

test('an operation that the page of another server answers is not taken for sent', async () => {
  const client = new PlcClient(server.url)
  const op = await plc.signUpdate(did, { alsoKnownAs: ['at://paged.test'] })
  answerNext(200, '<!doctype html>', 'text/html; charset=utf-8')
  await expect(client.sendOperation(did, op)).rejects.toThrow('no answer of PLC')
  await client.sendOperation(did, op)
  expect(await plc.read(did)).toMatchObject({ handle: 'paged.test' })
})
