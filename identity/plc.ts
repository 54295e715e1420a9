import {
  createOp,
  createUpdateOp,
  type DocumentData,
  def,
  type Operation,
  opToData,
  PlcClientError,
  type UnsignedOperation,
} from '@did-plc/lib'
import { Refusal, UnavailableError } from '../base/errors.ts'
import type { RotationKey } from '../base/secrets/rotation_key.ts'
import { PlcClient } from './plc_client.ts'

/** What a DID says, but for who may change it. */
export type IdentityData = Pick<DocumentData, 'alsoKnownAs' | 'verificationMethods' | 'services'>

/** What a DID says of an account. */
type Published = {
  handle: string | null
  /** URL of its PDS. */
  pds: string | undefined
  /** As did:key. */
  repoKey: string | undefined
}

/** What the directory answers for a DID that it has never heard of, and for one that is no more. */
const UNKNOWN = [404, 410]

/** What signs operations. */
type Signer = Pick<RotationKey, keyof RotationKey>

/** The PLC directory as this entryway uses it. */
export class Plc {
  readonly #client: PlcClient
  readonly #rotationKey: Signer
  readonly #recoveryKey: string | null

  /** @param recoveryKey a did:key of the operator's, which outranks the rotation key */
  constructor(url: string, rotationKey: Signer, recoveryKey: string | null) {
    this.#client = new PlcClient(url)
    this.#rotationKey = rotationKey
    this.#recoveryKey = recoveryKey
  }

  /**
   * The first operation of a new DID, signed by the rotation key; nothing is sent.
   *
   * @param recoveryKey a did:key of the person's own, which outranks the operator's and the entryway's
   */
  genesis(input: {
    handle: string
    signingKey: string
    pds: string
    recoveryKey?: string | undefined
  }): Promise<{ did: string; op: Operation }> {
    const own = this.#rotationKey.did()
    return createOp({
      handle: input.handle,
      signingKey: input.signingKey,
      pds: input.pds,
      rotationKeys: [input.recoveryKey, this.#recoveryKey, own].filter((key) => key != null),
      signer: this.#rotationKey,
    })
  }

  /**
   * The operation that moves an existing DID to a PDS behind this entryway; nothing is sent. Its
   * rotation keys stay as they are.
   *
   * @returns what the DID said before, too
   * @throws {Refusal} IncompatibleDidDoc, when the entryway's own is not among them
   */
  async move(
    did: string,
    to: { handle: string; signingKey: string; pds: string },
  ): Promise<{ op: Operation; before: IdentityData }> {
    const data = await this.#data(did)
    const own = this.#rotationKey.did()
    if (!data?.rotationKeys.includes(own)) {
      throw new Refusal(
        'IncompatibleDidDoc',
        `The rotation key of this service is missing: add ${own} to the rotationKeys of ${did} with signPlcOperation where it is now, then come again`,
      )
    }
    const { alsoKnownAs, verificationMethods, services } = data
    const op = await this.signUpdate(did, {
      alsoKnownAs: withHandle(alsoKnownAs, to.handle),
      verificationMethods: { ...verificationMethods, atproto: to.signingKey },
      services: {
        ...services,
        atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: to.pds },
      },
    })
    return { op, before: { alsoKnownAs, verificationMethods, services } }
  }

  /** Undoes a move to `pds`, if PLC has heard of it. @throws {UnavailableError} */
  async moveBack(did: string, pds: string, before: IdentityData): Promise<void> {
    if (endpointOf(await this.#data(did)) !== pds) return
    await this.#ask(() =>
      this.#client.updateData(did, this.#rotationKey, (last) => ({ ...last, ...before })),
    )
  }

  /** @throws {UnavailableError} when the directory does not answer or refuses */
  async updateHandle(did: string, handle: string): Promise<void> {
    await this.#ask(() => this.#client.updateHandle(did, this.#rotationKey, handle))
  }

  /** @throws {UnavailableError} when the directory does not answer or refuses */
  async updatePds(did: string, url: string): Promise<void> {
    await this.#ask(() => this.#client.updatePds(did, this.#rotationKey, url))
  }

  /** The newest data of a DID, or null when the directory does not know it. */
  async read(did: string): Promise<Published | null> {
    const data = await this.#data(did)
    if (!data) return null
    const handle = handleOf(data.alsoKnownAs)
    return { handle, pds: endpointOf(data), repoKey: data.verificationMethods.atproto }
  }

  /**
   * Signs an operation that follows the newest one of a DID; nothing is sent.
   *
   * @param changes what shall be otherwise
   * @throws {Refusal} InvalidRequest
   */
  async signUpdate(
    did: string,
    changes: Partial<Omit<UnsignedOperation, 'type' | 'prev'>>,
  ): Promise<Operation> {
    const last = await this.#ask(() => this.#client.getLastOp(did))
    if (last.type === 'plc_tombstone') throw new Refusal('InvalidRequest', 'Did is tombstoned')
    const operation = await createUpdateOp(last, this.#rotationKey, ({ prev: _, ...before }) => ({
      ...before,
      ...changes,
    }))
    if (!def.operation.safeParse(operation).success) {
      throw new Refusal('InvalidRequest', 'Invalid operation')
    }
    return operation
  }

  /**
   * The repo key that a DID last had while it was at a PDS, as did:key; null when it never was
   * there.
   *
   * @param pdsUrl origin
   */
  async signingKeyAt(did: string, pdsUrl: string): Promise<string | null> {
    const log = await this.#ask(() => this.#client.getOperationLog(did))
    const data = log.map((op) => opToData(did, op)).findLast((one) => endpointOf(one) === pdsUrl)
    return data?.verificationMethods.atproto ?? null
  }

  async tombstone(did: string): Promise<void> {
    await this.#ask(() => this.#client.tombstone(did, this.#rotationKey))
  }

  async #data(did: string): Promise<DocumentData | null> {
    try {
      return await this.#client.getDocumentData(did)
    } catch (err) {
      if (err instanceof PlcClientError && UNKNOWN.includes(err.status)) return null
      throw new UnavailableError('The PLC directory', { cause: err })
    }
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (err) {
      throw new UnavailableError('The PLC directory', { cause: err })
    }
  }
}

/** Whether PLC itself said that it did not take an operation. Anything else leaves open whether it will. */
export function plcSaidNo(err: unknown): boolean {
  const cause = err instanceof UnavailableError ? err.cause : undefined
  return cause instanceof PlcClientError && cause.status < 500
}

/** A handle is the first name with this scheme. @see https://atproto.com/specs/did#did-documents */
const AT = 'at://'

function handleOf(alsoKnownAs: string[]): string | null {
  return alsoKnownAs.find((name) => name.startsWith(AT))?.slice(AT.length) ?? null
}

/** The same names with another handle, as `updateHandle` of the library would change them. */
function withHandle(alsoKnownAs: string[], handle: string): string[] {
  const at = alsoKnownAs.findIndex((name) => name.startsWith(AT))
  return at < 0 ? [AT + handle, ...alsoKnownAs] : alsoKnownAs.with(at, AT + handle)
}

function endpointOf(data: DocumentData | null): string | undefined {
  return data?.services.atproto_pds?.endpoint
}
