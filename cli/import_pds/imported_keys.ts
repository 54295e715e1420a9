import type { Secp256k1Keypair } from '@atproto/crypto'
import pLimit from 'p-limit'
import { isPlcDid } from '../../base/values/did.ts'
import type { PdsAccount } from '../../database/import/pds_accounts.ts'
import { type RotationKeyOutcome, RotationKeys } from '../../identity/rotation_key.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { Installation } from '../installation.ts'
import type { Output } from '../terminal/output.ts'

/** What became of the rotation key of the entryway in the PLC logs of imported accounts. */
export type KeyReport = {
  added: number
  present: number
  /** DIDs for which no key is here that may sign. */
  missing: string[]
  /** DIDs that live on another PDS by now. */
  elsewhere: string[]
  failed: { did: string; reason: string }[]
}

export const NO_KEYS: KeyReport = { added: 0, present: 0, missing: [], elsewhere: [], failed: [] }

/** Requests to the PLC directory at once. */
const CONCURRENCY = 4

/** How many accounts are looked at to see whether they are of the PDS. */
const SAMPLE = 3

/** Sees to it that the entryway can sign for imported accounts. */
export class ImportedKeys {
  readonly #keys: RotationKeys
  readonly #pdsUrl: string
  readonly #output: Output
  readonly #dryRun: boolean

  constructor(
    {
      installation: { settings, secrets },
      output,
      pdsRotationKey,
      dryRun,
    }: {
      installation: Installation
      output: Output
      pdsRotationKey: Secp256k1Keypair | null
      dryRun: boolean
    },
    pdsUrl: string,
  ) {
    this.#keys = new RotationKeys(
      settings.plcUrl,
      pdsUrl,
      secrets.plcRotationKey.did(),
      pdsRotationKey ? [pdsRotationKey] : [],
    )
    this.#pdsUrl = pdsUrl
    this.#output = output
    this.#dryRun = dryRun
  }

  /** @throws {CliError} when the accounts are those of another PDS, or PLC does not answer */
  async assertTheirPds(accounts: PdsAccount[]): Promise<void> {
    const sample = accounts
      .filter(({ did, deactivatedAt }) => isPlcDid(did) && deactivatedAt === null)
      .slice(0, SAMPLE)
    const outcomes = await Promise.all(
      sample.map(({ did }) => this.#keys.ensure(did, { dryRun: true })),
    )
    const failed = outcomes.find((one) => one.outcome === 'failed')
    if (failed)
      throw new CliError(
        `The PLC directory cannot be asked (${failed.reason}); run it again when it answers`,
      )
    if (outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'elsewhere')) {
      throw new CliError(
        `By PLC these accounts do not live on ${this.#pdsUrl}; name their PDS (--pds), or its settings file (--pds-env)`,
        ExitCode.wrongUsage,
      )
    }
  }

  async add(dids: string[]): Promise<KeyReport> {
    const limit = pLimit(CONCURRENCY)
    const inPlc = dids.filter((did) => isPlcDid(did))
    const bar = this.#output.progress('Rotation keys')
    let done = 0
    const outcomes = await Promise.all(
      inPlc.map((did) =>
        limit(async () => {
          const outcome = await this.#keys.ensure(did, { dryRun: this.#dryRun })
          bar.update(++done, inPlc.length)
          return outcome
        }),
      ),
    )
    bar.stop()
    const these = (outcome: RotationKeyOutcome['outcome']) =>
      outcomes.filter((one) => one.outcome === outcome).map(({ did }) => did)
    return {
      added: these('added').length,
      present: these('present').length,
      missing: these('no signer'),
      elsewhere: these('elsewhere'),
      failed: outcomes
        .filter((one) => one.outcome === 'failed')
        .map(({ did, reason }) => ({ did, reason })),
    }
  }
}
