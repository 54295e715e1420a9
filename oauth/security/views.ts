import { accountNotFound } from '../../base/errors.ts'
import { type AuditEntry, MAX_AUDIT } from '../../database/account/audit.ts'
import type { ProvenBy } from '../../database/account/proof.ts'
import { kindsOf } from '../../factors/kinds.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import type { ProofKind } from '../../pages/security/proof.ts'
import { requireAccount } from '../../sagas/accounts/accounts.ts'
import { listFactors } from '../../sagas/factors/factors.ts'
import { listPasskeys, newPasskeyOptions } from '../../sagas/factors/passkeys.ts'
import { forOwner } from '../../sagas/notices/audit.ts'
import type { Services } from '../../sagas/services/services.ts'
import { newChallenge } from '../../sagas/sign_in/passkey_challenge.ts'
import { isProven } from '../../sagas/sign_in/prove_again.ts'
import { mailboxHint } from '../../sagas/sign_in/second_factor.ts'
import { listSignedIn, type SignedInEverywhere } from '../../sagas/sign_in/signed_in.ts'
import { readOwnInvites } from '../../sagas/sign_up/invites.ts'
import {
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  type SecurityTask,
  securityTaskOf,
} from '../security_paths.ts'
import { isRefusal, wrong } from '../sign_in/outcomes.ts'
import type { Outcome } from '../sign_in/shown.ts'
import { doneCookie, noDoneCookie, readDone } from './done_cookie.ts'
import { activityFile, type Browsers, sessionsFile } from './downloads.ts'
import type { Done, SecurityForms } from './forms.ts'
import { ACTIVITY_SHOWN, type AppNames, shownOf } from './items.ts'
import { textsFor } from './language.ts'
import { pageNumberOf } from './page_number.ts'
import type { SecurityPages } from './pages.ts'
import type { Visitor } from './visitor.ts'

/** What can be looked at, with what is known of the account. */
export class SecurityViews {
  readonly #services: Services
  readonly #forms: SecurityForms
  readonly #pages: SecurityPages

  constructor(services: Services, forms: SecurityForms, pages: SecurityPages) {
    this.#services = services
    this.#forms = forms
    this.#pages = pages
  }

  /** What is at the address. */
  async at(visitor: Visitor): Promise<HttpResponse> {
    const { did } = visitor.person
    switch (visitor.request.url.pathname) {
      case SECURITY_SESSIONS: {
        const { signedIn, browsers } = await this.#everywhere(visitor)
        return sessionsFile(did, signedIn, browsers)
      }
      case SECURITY_ACTIVITY:
        return activityFile(
          did,
          forOwner(await this.#services.actors.account(did).listAudit(MAX_AUDIT)),
        )
      default: {
        const task = securityTaskOf(visitor.request.url.pathname)
        return task ? this.#taskAt(visitor, task) : this.main(visitor)
      }
    }
  }

  /** Where the person is asked for a proof, or has just given it, with what they had entered before. */
  #taskAt(visitor: Visitor, task: SecurityTask): Promise<HttpResponse> {
    const done = this.#doneOf(visitor, readDone(visitor))
    return this.task(
      done?.what === 'entered' ? { ...visitor, entered: done.entered } : visitor,
      task,
    )
  }

  /** @param told by the cookie */
  #doneOf({ device, person }: Visitor, told: string | undefined): Done | undefined {
    const read = this.#forms.read(device.deviceId, told)
    return read?.did === person.did ? read.done : undefined
  }

  async main(visitor: Visitor, outcome: Outcome = {}): Promise<HttpResponse> {
    const { did } = visitor.person
    const account = this.#services.actors.account(did)
    const [everywhere, listed, appPasswords, factors, passkeys, trustedDevices, row] =
      await Promise.all([
        this.#everywhere(visitor),
        account.listActivity(ACTIVITY_SHOWN),
        account.listAppPasswords(),
        listFactors(this.#services, did),
        listPasskeys(this.#services, did),
        account.listTrustedDevices(),
        account.read(),
      ])
    const told = readDone(visitor)
    const done = this.#doneOf(visitor, told)
    if (!row) throw accountNotFound()
    const invites = await readOwnInvites(this.#services, row)
    const activity = { ...listed, entries: forOwner(listed.entries) }
    const shown = shownOf(everywhere.signedIn, pageNumberOf(visitor.request))
    const apps = await this.#appsOf(shown.signedIn, activity.entries)
    const parts = { activity, apps, appPasswords, factors, passkeys, trustedDevices }
    const { browsers } = everywhere
    const known = { shown, browsers, ...parts, invites, account: row, done }
    const page = this.#pages.main(visitor, known, outcome)
    const { publicUrl } = this.#services.settings
    return told === undefined ? page : withCookies(page, [noDoneCookie(visitor, publicUrl)])
  }

  /** The page of a task, or that on which the person proves before that it is them. */
  async task(visitor: Visitor, task: SecurityTask, outcome: Outcome = {}): Promise<HttpResponse> {
    const { did } = visitor.person
    if (task === 'password') {
      const { password, passkeys } = await listFactors(this.#services, did)
      // Another tab has taken it off, or the person comes back to where they did.
      if (!password) return this.main(visitor, outcome)
      if (passkeys === 0) return this.lastWayIn(visitor, task)
    }
    if (!(await this.isProven(visitor, task))) {
      return this.proof(visitor, task, undefined, outcome)
    }
    const page = await this.#form(visitor, task, outcome)
    if (!visitor.entered) return page
    return withCookies(page, [noDoneCookie(visitor, this.#services.settings.publicUrl)])
  }

  /** Whether the person has proven a moment ago that it is them, by what a task asks for. */
  isProven({ device, person }: Visitor, task: SecurityTask): Promise<boolean> {
    const { did, basis } = person
    return isProven(this.#services, did, device.deviceId, basis, provenBy(task))
  }

  async #form(visitor: Visitor, task: SecurityTask, outcome: Outcome): Promise<HttpResponse> {
    if (task === 'app-password') return this.#pages.make(visitor, outcome)
    if (task === 'passkeys') return this.#passkeys(visitor, outcome)
    const { did } = visitor.person
    const [factors, account] = await Promise.all([
      listFactors(this.#services, did),
      requireAccount(this.#services, did, ['did']),
    ])
    const begun = task === 'authenticator' && !factors.totp ? visitor.entered?.begun : undefined
    if (begun) return this.#pages.authenticator(visitor, begun)
    return this.#pages.change(visitor, task, { factors, account }, outcome)
  }

  /** A change that would lock the person out, and what to do first. */
  lastWayIn(visitor: Visitor, task: SecurityTask): Promise<HttpResponse> {
    const { noPasskeyYet, lastPasskey } = textsFor(visitor.request)
    return this.main(visitor, wrong(task === 'password' ? noPasskeyYet : lastPasskey))
  }

  async #passkeys(visitor: Visitor, outcome: Outcome): Promise<HttpResponse> {
    const { did } = visitor.person
    const challenge = newChallenge()
    const passkeys = await listPasskeys(this.#services, did)
    const options = await newPasskeyOptions(this.#services, did, challenge).catch((err) => {
      if (isRefusal(err, 'InvalidRequest')) return null
      throw err
    })
    if (!options) return this.main(visitor, wrong(textsFor(visitor.request).notAdded))
    return this.#pages.passkeys(visitor, { passkeys, options, challenge }, outcome)
  }

  /** Where the person proves that it is them. @param wanted by what, if they can */
  async proof(
    visitor: Visitor,
    task: SecurityTask,
    wanted: ProofKind | undefined,
    outcome: Outcome = {},
  ): Promise<HttpResponse> {
    const kinds = await this.proofKinds(visitor, task)
    const kind = kinds.find((each) => each === wanted) ?? kinds[0] ?? 'password'
    const account = await requireAccount(this.#services, visitor.person.did, ['did'])
    const others = kinds.filter((other) => other !== kind)
    const asked = { kind, others, hint: mailboxHint(account.email) }
    const page = this.#pages.proof(visitor, task, asked, outcome)
    const { entered } = visitor
    if (!entered || entered.begun) return page
    // For the same page in another language.
    const { publicUrl } = this.#services.settings
    const cookie = doneCookie(this.#forms, visitor, { what: 'entered', entered }, publicUrl)
    return withCookies(page, [cookie])
  }

  /** By what the person can, the one that is asked for first. */
  async proofKinds({ person }: Visitor, task: SecurityTask): Promise<ProofKind[]> {
    const factors = await listFactors(this.#services, person.did)
    const kinds = kindsOf(factors)
    const all: ProofKind[] = factors.password ? ['password', ...kinds] : kinds
    return provenBy(task) === 'any' ? all : all.filter((kind) => kind === 'passkey')
  }

  /** The names of apps whose ids say nothing. */
  async #appsOf(
    { openid }: SignedInEverywhere,
    activity: readonly AuditEntry[],
  ): Promise<AppNames> {
    const ids = [...openid, ...activity.map(({ detail }) => detail)].map(({ clientId }) => clientId)
    const names = [...new Set(ids)].map(async (id) => {
      const name = typeof id === 'string' && !URL.canParse(id) && (await this.#services.appOf(id))
      return name ? [[id as string, name] as const] : []
    })
    return new Map((await Promise.all(names)).flat())
  }

  /** What is signed in, with the browsers among it as they last came. */
  async #everywhere({
    person,
    device,
  }: Visitor): Promise<{ signedIn: SignedInEverywhere; browsers: Browsers }> {
    const signedIn = withThisBrowser(
      await listSignedIn(this.#services, person.did),
      device.deviceId,
      person.passingSince,
    )
    const browsers = await Promise.all(
      signedIn.devices.map(async ({ deviceId }) => {
        const browser = await this.#services.browserOf(deviceId)
        return browser ? [[deviceId, browser] as const] : []
      }),
    )
    return { signedIn, browsers: new Map(browsers.flat()) }
  }
}

/** @param passingSince when somebody signed in in this browser who is not remembered: the account has no row of that */
function withThisBrowser(
  signedIn: SignedInEverywhere,
  deviceId: string,
  passingSince: number | null,
): SignedInEverywhere {
  const isListed = signedIn.devices.some((each) => each.deviceId === deviceId)
  if (passingSince === null || isListed) return signedIn
  const here = { deviceId, createdAt: passingSince, updatedAt: passingSince, amr: null }
  return { ...signedIn, devices: [here, ...signedIn.devices] }
}

/** By what it has to be proven before that it is the person. */
function provenBy(task: SecurityTask): ProvenBy {
  return task === 'password' ? 'passkey' : 'any'
}
