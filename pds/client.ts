import type {
  ComAtprotoRepoDescribeRepo as DescribeRepo,
  ComAtprotoIdentityGetRecommendedDidCredentials as GetRecommendedDidCredentials,
  ComAtprotoRepoGetRecord as GetRecord,
  ComAtprotoAdminGetSubjectStatus as GetSubjectStatus,
  ComAtprotoSyncListRepos as ListRepos,
  ComAtprotoServerReserveSigningKey as ReserveSigningKey,
  ComAtprotoAdminUpdateSubjectStatus as UpdateSubjectStatus,
} from '@atproto/api'
import { ResponseType, XRPCError, XrpcClient } from '@atproto/xrpc'
import type { Operation } from '@did-plc/lib'
import { UnavailableError } from '../base/errors.ts'
import { askUpstream, fetchAnswer } from '../base/upstream.ts'
import { lexicons } from '../base/values/lexicons.ts'
import { currentTraceparent } from '../base/watching/tracing.ts'
import { requester } from '../http/requester.ts'
import type { PdsAccess } from './pds.ts'

/** The most that `com.atproto.sync.listRepos` answers at once. */
const REPOS_PER_PAGE = 1_000

/** Bytes of an answer that has what a person wrote: its lexicon lets a profile have about 4,000. */
const LARGEST_RECORD = 32 * 1024
const RECORD = '/xrpc/com.atproto.repo.getRecord'

/** An account that no PDS has. */
const NO_ACCOUNT = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

/** What a PDS answers of an account that it has and does not show. */
const INACTIVE = ['RepoTakendown', 'RepoDeactivated']

/** How an account stands. `takedownRef` is null unless it is taken down. */
export type Standing = { takedownRef: string | null; isDeactivated: boolean }

/** As far as it is read. Anybody writes what they like into it. */
export type PublicProfile = { displayName?: unknown; avatar?: { ref?: unknown } }

/** The calls an entryway makes to a PDS behind it, as its operator. */
export class PdsClient {
  readonly pds: PdsAccess
  readonly #api: XrpcClient

  constructor(pds: PdsAccess) {
    this.pds = pds
    this.#api = new XrpcClient(async (path, init) => {
      const headers = new Headers(init.headers)
      const client = requester()
      // The PDS has limits of its own for each client.
      if (client) headers.set('x-forwarded-for', client.address)
      const url = new URL(path, pds.address)
      const method = init.method?.toUpperCase() ?? 'GET'
      const part = { name: `PDS ${method} ${url.pathname}`, method, host: url.hostname }
      const response = await askUpstream('pds', part, () => {
        const traceparent = currentTraceparent()
        if (traceparent !== null) headers.set('traceparent', traceparent)
        const most = url.pathname === RECORD ? LARGEST_RECORD : undefined
        return fetchAnswer(url, { ...init, headers }, most)
      })
      // Methods without output would take the page of a proxy or of another server for a success.
      const type = response.headers.get('content-type') ?? 'application/json'
      if (type.startsWith('application/json')) return response
      await response.body?.cancel()
      throw new TypeError(`This is no answer of a PDS: ${type}`)
    }, lexicons)
  }

  /**
   * The first step of an account: a key the PDS will sign its repo with, as did:key.
   *
   * @param did where there is one already
   */
  async reserveSigningKey(did?: string): Promise<string> {
    const nsid = 'com.atproto.server.reserveSigningKey'
    return (await this.#tell<ReserveSigningKey.OutputSchema>(nsid, { did })).signingKey
  }

  /**
   * The key that the PDS signs with for an account, as did:key; the DID document may name another.
   *
   * @param accessJwt of the account
   * @throws {TypeError} when the PDS names none
   */
  async readSigningKey(accessJwt: string): Promise<string> {
    const { verificationMethods } = await this.#ask<GetRecommendedDidCredentials.OutputSchema>(
      'com.atproto.identity.getRecommendedDidCredentials',
      {},
      () => ({ authorization: `Bearer ${accessJwt}` }),
    )
    const key = verificationMethods?.atproto
    if (typeof key !== 'string') throw new TypeError(`${this.pds.did} names no signing key`)
    return key
  }

  /**
   * Creates repo and account; the PDS submits the operation to PLC. The JWTs that it answers with
   * are its own and of no use.
   */
  async createAccount(input: { did: string; handle: string; plcOp: Operation }): Promise<void> {
    await this.#tell('com.atproto.server.createAccount', input)
  }

  /** How the PDS has an account; null where it has none of that DID. */
  async readStanding(did: string): Promise<Standing | null> {
    try {
      const { subject, takedown, deactivated } = await this.#ask<GetSubjectStatus.OutputSchema>(
        'com.atproto.admin.getSubjectStatus',
        { did },
        () => this.#admin,
      )
      this.#expectOf(did, (subject as { did?: unknown }).did === did)
      return {
        takedownRef: takedown?.applied ? (takedown.ref ?? '') : null,
        isDeactivated: deactivated?.applied ?? false,
      }
    } catch (err) {
      if (err instanceof PdsRefusal && err.error === 'NotFound') return null
      throw err
    }
  }

  /** Why the PDS does not take the admin password; null where it does. */
  async refusalOfPassword(): Promise<PdsRefusal | null> {
    try {
      await this.readStanding(NO_ACCOUNT)
      return null
    } catch (err) {
      if (err instanceof PdsRefusal) return err
      throw err
    }
  }

  /** Who has a handle on the PDS, as far as it says so. `did` is null where the account is not active. */
  async findHolder(handle: string): Promise<{ did: string | null } | null> {
    try {
      const asked = { repo: handle }
      return await this.#ask<DescribeRepo.OutputSchema>('com.atproto.repo.describeRepo', asked)
    } catch (err) {
      if (!(err instanceof PdsRefusal)) throw err
      return INACTIVE.includes(err.error) ? { did: null } : null
    }
  }

  /** What a person says of themselves in public, and the CID of that; null where they say nothing. */
  async readProfile(did: string): Promise<{ cid: string; profile: PublicProfile } | null> {
    try {
      const asked = { repo: did, collection: 'app.bsky.actor.profile', rkey: 'self' }
      const record = await this.#ask<GetRecord.OutputSchema>('com.atproto.repo.getRecord', asked)
      this.#expectOf(did, record.uri.startsWith(`at://${did}/`))
      return { cid: String(record.cid), profile: record.value as PublicProfile }
    } catch (err) {
      if (err instanceof PdsRefusal && err.error === 'RecordNotFound') return null
      throw err
    }
  }

  /** Every account that the PDS has and that is not active, with why (`takendown`, …). */
  async *listInactive(): AsyncGenerator<{ did: string; status: string }> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.#ask<ListRepos.OutputSchema>('com.atproto.sync.listRepos', {
        limit: REPOS_PER_PAGE,
        ...(cursor && { cursor }),
      })
      for (const { did, active, status } of page.repos) {
        if (active === false) yield { did, status: status ?? 'inactive' }
      }
      if (!page.cursor || page.repos.length === 0) return
      // A cache that does not look at the query would give the same page for ever.
      if (page.cursor === cursor) throw new UnavailableError(`The next page of ${this.pds.did}`)
      cursor = page.cursor
    }
  }

  async updateHandle(did: string, handle: string): Promise<void> {
    const nsid = 'com.atproto.admin.updateAccountHandle'
    try {
      await this.#tell(nsid, { did, handle }, () => this.#admin)
    } catch (err) {
      // The PDS has other codes for a handle that is wrong or taken.
      const isUnseen = err instanceof PdsRefusal && err.error === 'InvalidRequest'
      throw isUnseen ? new PdsRefusal(err.cause, `${err.message}. ${UNSEEN_HANDLE_ADVICE}`) : err
    }
  }

  /** Sets or lifts deactivation or a takedown on the PDS. */
  async updateStatus(
    did: string,
    status: { deactivated?: boolean; takedownRef?: string | null },
  ): Promise<void> {
    const { deactivated, takedownRef } = status
    const input: UpdateSubjectStatus.InputSchema = {
      subject: { $type: 'com.atproto.admin.defs#repoRef', did },
      ...(deactivated !== undefined && { deactivated: { applied: deactivated } }),
      ...(takedownRef !== undefined && {
        takedown: takedownRef === null ? { applied: false } : { applied: true, ref: takedownRef },
      }),
    }
    await this.#tell('com.atproto.admin.updateSubjectStatus', input, () => this.#admin)
  }

  /** Deletes an account with its repo, or what an interrupted creation or deletion has left of one. */
  async deleteAccount(did: string): Promise<void> {
    await this.#tell('com.atproto.admin.deleteAccount', { did }, () => this.#admin)
  }

  /** A cache that does not look at the query would say of one account what is true of another. */
  #expectOf(did: string, isOfIt: boolean): void {
    if (!isOfIt) throw new UnavailableError(`What the PDS ${this.pds.did} says of ${did}`)
  }

  get #admin() {
    if (this.pds.adminPassword === null) {
      throw new Error(
        `The admin password of ${this.pds.url} was sealed with another DPoP secret; ` +
          'give it again with `vestibule pds add`',
      )
    }
    const credentials = Buffer.from(`admin:${this.pds.adminPassword}`).toString('base64')
    return { authorization: `Basic ${credentials}` }
  }

  /** Calls a query. @returns what it answers, as its lexicon has it */
  async #ask<Output>(
    nsid: string,
    params: Record<string, string | number>,
    headers: () => Record<string, string> = () => ({}),
  ): Promise<Output> {
    return this.#call(() => this.#api.call(nsid, params, undefined, { headers: headers() }))
  }

  /** Calls a procedure. @returns what it answers, as its lexicon has it */
  async #tell<Output>(
    nsid: string,
    input: object,
    headers: () => Record<string, string> = () => ({}),
  ): Promise<Output> {
    const encoding = 'application/json'
    return this.#call(() =>
      this.#api.call(nsid, undefined, input, { headers: headers(), encoding }),
    )
  }

  async #call<Output>(call: () => Promise<{ data: Output }>): Promise<Output> {
    try {
      return (await call()).data
    } catch (err) {
      if (err instanceof XRPCError && err.status >= 400 && err.status < 500) {
        throw new PdsRefusal(err)
      }
      // A stock PDS says this where PLC does not answer, a proxy where the PDS does not.
      const isFurther = err instanceof XRPCError && err.error === 'UpstreamFailure'
      const what = `The PDS ${this.pds.did}${isFurther ? ', or the PLC directory that it asks,' : ''}`
      throw new UnavailableError(what, { cause: err })
    }
  }
}

/**
 * Whether the PDS itself said that it did not do what it was asked. A timeout, or the 502 of a
 * proxy, leaves open what it did.
 */
export function saidNo(err: unknown): boolean {
  if (err instanceof PdsRefusal) return true
  const cause = err instanceof UnavailableError ? err.cause : undefined
  return cause instanceof XRPCError && cause.status === ResponseType.InternalServerError
}

/** Where a stock PDS finds another handle in the DID document, or cannot read that. */
const UNSEEN_HANDLE_ADVICE =
  'The old handle stays. Try again in a minute. If the PDS says so again, the operator finds out whether it reaches its PLC directory (PDS_DID_PLC_URL), and whether that is the one of ENTRYWAY_PLC_URL.'

/** The PDS understood and said no. */
export class PdsRefusal extends Error {
  declare readonly cause: XRPCError
  readonly status: number
  readonly error: string

  constructor(cause: XRPCError, message = cause.message) {
    super(message, { cause })
    this.name = 'PdsRefusal'
    this.status = cause.status
    this.error = cause.error
  }
}
