import type { Secp256k1Keypair } from '@atproto/crypto'
import type { Db } from '../../database/database.ts'
import type { InviteCode } from '../../database/directory/invite.ts'
import {
  countLeftBehind,
  listPdsAccounts,
  listPdsInviteCodes,
  type PdsAccount,
} from '../../database/import/pds_accounts.ts'
import type { ImportOutcome } from '../../operator/commands/imports.ts'
import type { CommandInput } from '../../operator/commands/index.ts'
import type { Installation } from '../installation.ts'
import type { Operator } from '../operator/client.ts'
import { meantPds } from '../pds/meant_pds.ts'
import type { Output } from '../terminal/output.ts'
import { ImportedKeys, type KeyReport, NO_KEYS } from './imported_keys.ts'

export type ImportReport = {
  /** The DID of the PDS. */
  pds: string
  imported: number
  present: number
  refused: { did: string; reason: string }[]
  /** Of imported accounts. */
  deactivated: number
  takenDown: number
  appPasswords: number
  /** Of imported accounts, those that are mailed a code at sign-in. */
  secondFactors: number
  /** DIDs that are here already and lack the second factor that they have on the PDS. */
  lackingFactor: string[]
  inviteCodes: number
  sessionsLeftBehind: number
  withoutCredentials: number
  plc: KeyReport
}

/** What a PDS has that an entryway keeps in its place. */
export type PdsData = {
  accounts: PdsAccount[]
  invites: InviteCode[]
  leftBehind: ReturnType<typeof countLeftBehind>
}

export type ImportInput = {
  installation: Installation
  operator: Operator
  data: PdsData
  output: Output
  /** DID or URL; needed where several are behind this entryway. */
  pds: string | undefined
  dryRun: boolean
  pdsRotationKey: Secp256k1Keypair | null
  /** Whether to add the entryway's rotation key in PLC. */
  plc: boolean
}

/** Bytes of JSON in one request; the gateway takes 64 KiB. */
const BATCH_BYTES = 48 * 1024
const BATCH_LENGTH = 50

/** Puts the accounts of a PDS under this entryway. It can be stopped and repeated at any point. */
export async function importPds(input: ImportInput): Promise<ImportReport> {
  const { operator, dryRun } = input
  const { accounts, invites, leftBehind } = input.data
  const { pdses } = await operator('pds/list', {})
  const { did: pds, url } = meantPds(pdses, input.pds)
  const keys = input.plc ? new ImportedKeys(input, url) : null
  await keys?.assertTheirPds(accounts)

  const outcomes: ImportOutcome[] = []
  const bar = input.output.progress('Accounts')
  for (const batch of inBatches(accounts)) {
    outcomes.push(...(await importBatch(batch, { ...input, pds })))
    bar.update(outcomes.length, accounts.length)
  }
  bar.stop()

  let inviteCodes = 0
  for (const codes of inBatches(invites.flatMap((one) => inParts(one, dryRun)))) {
    inviteCodes += (await operator('import/invites', { dryRun, codes })).imported
  }

  const refused = outcomes.filter((one) => one.outcome === 'refused')
  const isRefused = new Set(refused.map(({ did }) => did))
  const taken = accounts.filter(({ did }) => !isRefused.has(did))
  const isNew = new Set(outcomes.flatMap((one) => (one.outcome === 'imported' ? one.did : [])))
  const fresh = accounts.filter(({ did }) => isNew.has(did))
  const plc = (await keys?.add(taken.map(({ did }) => did))) ?? NO_KEYS
  return {
    pds,
    imported: isNew.size,
    present: outcomes.filter((one) => one.outcome === 'present').length,
    refused: refused.map(({ did, reason }) => ({ did, reason })),
    deactivated: fresh.filter(({ deactivatedAt }) => deactivatedAt !== null).length,
    takenDown: fresh.filter(({ takedownRef }) => takedownRef !== null).length,
    appPasswords: fresh.reduce((sum, { appPasswords }) => sum + appPasswords.length, 0),
    secondFactors: fresh.filter(({ emailAuthFactor }) => emailAuthFactor).length,
    lackingFactor: outcomes.flatMap((one) =>
      one.outcome === 'present' && one.lacksFactor ? one.did : [],
    ),
    inviteCodes,
    ...leftBehind,
    plc,
  }
}

/**
 * Reads it from its database of accounts.
 *
 * @param options `sessions`: with what people and apps hold, for a PDS that is adopted
 */
export function readPdsData(db: Db, options: { sessions?: boolean } = {}): PdsData {
  return {
    accounts: listPdsAccounts(db, options),
    invites: listPdsInviteCodes(db),
    leftBehind: countLeftBehind(db),
  }
}

/**
 * Of an account that does not fit into one request, the app passwords are sent in several. One with sessions goes
 * into no request: it is adopted, by this process.
 */
async function importBatch(
  accounts: PdsAccount[],
  { operator, dryRun, pds }: Pick<ImportInput, 'operator' | 'dryRun'> & { pds: string },
): Promise<ImportOutcome[]> {
  const send = async (some: CommandInput<'import/accounts'>['accounts']) =>
    (await operator('import/accounts', { pds, dryRun, accounts: some })).outcomes
  const [account] = accounts
  if (!account || account.sessions || bytesOf(account) <= BATCH_BYTES) return send(accounts)
  const [first = [], ...more] = dryRun ? [] : inBatches(account.appPasswords)
  let outcomes = await send([{ ...account, appPasswords: first, unfinished: more.length > 0 }])
  for (const [number, appPasswords] of more.entries()) {
    const [begun] = outcomes
    if (begun?.outcome !== 'begun') break
    const continues = { isNew: begun.isNew }
    const unfinished = number < more.length - 1
    outcomes = await send([{ ...account, appPasswords, continues, unfinished }])
  }
  return outcomes
}

/** A code, each time with a few of its uses: of one that many used they do not go into one request. */
function inParts(invite: InviteCode, dryRun: boolean): InviteCode[] {
  const [first = [], ...more] = dryRun ? [] : inBatches(invite.uses)
  return [first, ...more].map((uses) => ({ ...invite, uses }))
}

/** Slices that fit into one request. */
function* inBatches<T>(items: T[]): Generator<T[]> {
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (batch.length > 0 && (batch.length === BATCH_LENGTH || bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

const bytesOf = (sent: unknown) => Buffer.byteLength(JSON.stringify(sent))
