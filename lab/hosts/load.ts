import { setTimeout } from 'node:timers/promises'
import { type Credentials, headlessSignUp, newCredentials } from '../clients/headless_sign_in.ts'
import { send } from '../clients/lean_client.ts'
import { signIn } from '../clients/lean_sign_in.ts'
import { Person } from '../clients/person.ts'

/** Milliseconds that a client waits, and before it tries again. */
const PATIENCE = 15_000
const PAUSE = 2_000
/** Of a sign-up while everything starts. */
const ATTEMPTS = 5
/** Sessions that are ended while something is wrong. */
const TO_REVOKE = 4

type Session = { client: Person['client']; token: string }

/** People who refresh, sign up and sign out, and what they were promised. */
export class Load {
  readonly people: (Person & { did: string })[] = []
  /** Accounts whose sign-up was acknowledged: their credentials and DID. */
  readonly #newcomers: (Credentials & { did: string })[] = []
  #checked = 0
  #revoked: Session[] = []
  #ready: Session[] = []
  readonly #url: string
  readonly #stop = new AbortController()
  #loads: Promise<void>[] = []
  signUps = 0
  revocations = 0

  constructor(url: string) {
    this.#url = url
  }

  /** Accounts with a session each. @throws {Error} when one does not come about in several attempts */
  async moveIn(count: number): Promise<void> {
    let next = 0
    const lane = async () => {
      while (next++ < count) {
        for (let left = ATTEMPTS; ; left--) {
          try {
            await this.#moveInOne()
            break
          } catch (error) {
            if (left === 0) throw error
            await setTimeout(PAUSE)
          }
        }
      }
    }
    await Promise.all(Array.from({ length: 4 }, lane))
  }

  async #moveInOne(): Promise<void> {
    const credentials = newCredentials('hosts')
    const did = await headlessSignUp(this.#url, credentials)
    const person = await Person.signIn(this.#url, credentials)
    if (this.#ready.length < TO_REVOKE) await this.#makeSession(credentials)
    this.people.push(Object.assign(person, { did }))
  }

  /** @param pause of each person between two refreshes, ms; they begin one after the other */
  begin(pause: number): void {
    const { signal } = this.#stop
    this.#loads = [
      ...this.people.map(async (person, i) => {
        await setTimeout((pause * i) / this.people.length)
        await person.refreshUntil(signal, pause)
      }),
      this.#signUpUntil(signal),
    ]
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loads)
  }

  /** Ends sessions, each again and again until it is acknowledged or `ms` are over. */
  async revoke(ms: number): Promise<void> {
    const end = Date.now() + ms
    for (const session of this.#ready.splice(0)) {
      while (Date.now() < end) {
        const { token } = session
        const signal = AbortSignal.timeout(PATIENCE)
        const attempt = send(session.client, '/oauth/revoke', { token }, signal)
        const answer = await attempt.catch(() => null)
        if (answer?.status === 200) {
          this.#revoked.push(session)
          this.revocations++
          break
        }
        await setTimeout(250)
      }
    }
  }

  /** When each person has refreshed since then. @throws {Error} with how many have not, in the end */
  async untilAllRefreshed(since: number, patience: number): Promise<void> {
    // What was on its way then shows nothing.
    const from = since + 500
    const isLate = ({ answered }: Person) => !answered.some(({ at }) => at > from)
    while (this.people.some(isLate)) {
      if (Date.now() > since + patience) {
        throw new Error(
          `${this.people.filter(isLate).length} of ${this.people.length} waited in vain`,
        )
      }
      await setTimeout(50)
    }
  }

  /** After how many ms the last refresh was answered that took longer than `ms`, of what happened `since` then. */
  heldUp(since: number, ms: number): number {
    const held = this.#answered(since).filter(({ took }) => took > ms)
    return Math.max(since, ...held.map(({ at }) => at)) - since
  }

  /** How long a refresh of these accounts took at most, ms. @param isMeant given the DID of each */
  longest(since: number, until: number, isMeant: (did: string) => boolean): number {
    const answered = this.#answered(since, isMeant).filter(({ at }) => at <= until)
    return Math.max(0, ...answered.map(({ took }) => took))
  }

  /** How long refreshes took, sorted, ms. */
  took(since: number): number[] {
    return this.#answered(since)
      .map(({ took }) => took)
      .sort((a, b) => a - b)
  }

  #answered(since: number, isMeant = (_did: string) => true): Person['answered'] {
    const meant = this.people.filter(({ did }) => isMeant(did))
    return meant.flatMap(({ answered }) => answered.filter(({ at }) => at > since))
  }

  /** What people were answered since the last time that must never come, one sentence each. */
  wrongs(): string[] {
    return this.people.flatMap((person) => person.wrongs.splice(0))
  }

  /** Broken promises since the last time, likewise. */
  async broken(): Promise<string[]> {
    const wrongs = this.wrongs()
    for (const { client, token } of this.#revoked.splice(0)) {
      const form = { grant_type: 'refresh_token', refresh_token: token }
      const answer = await again((signal) => send(client, '/oauth/token', form, signal))
      if (answer.status !== 400) wrongs.push(`a session that had ended: ${answer.status}`)
    }
    for (const { handle, password, did } of this.#newcomers.slice(this.#checked)) {
      const found = await again(() => this.#xrpc('createSession', { identifier: handle, password }))
      if (found.did !== did) wrongs.push(`${handle} is not ${did} but ${JSON.stringify(found)}`)
    }
    this.#checked = this.#newcomers.length
    const [person] = this.#newcomers
    // As many as come about: the next fault goes on without the rest.
    for (let i = 0; person && i < TO_REVOKE; i++) await patiently(this.#makeSession(person))
    return wrongs
  }

  async #makeSession(credentials: Credentials): Promise<void> {
    const { client } = await Person.signIn(this.#url, credentials)
    this.#ready.push({ client, token: (await signIn(client, credentials)).refreshToken })
  }

  /** Two at a time who want one name. */
  async #signUpUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const first = newCredentials('contest')
      const second = { ...first, email: `second.${first.email}`, password: 'of the second' }
      const made = await Promise.all(
        [first, second].map((one) =>
          this.#xrpc('createAccount', one).then(
            ({ did }) => (did ? [{ ...one, did }] : []),
            () => [],
          ),
        ),
      )
      this.#newcomers.push(...made.flat())
      this.signUps += made.flat().length
      await setTimeout(PAUSE)
    }
  }

  async #xrpc(method: string, input: object): Promise<{ did?: string; status: number }> {
    const answer = await fetch(`${this.#url}/xrpc/com.atproto.server.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(PATIENCE),
    })
    const { status } = answer
    return { ...((await answer.json()) as { did?: string }), status }
  }
}

/** The answer, or null when none comes or the connection breaks. */
function patiently<T>(answer: Promise<T>): Promise<T | null> {
  return Promise.race([answer.catch(() => null), setTimeout(PATIENCE, null, { ref: false })])
}

/** The first answer that is not a fault. @throws {Error} when there is none within a minute */
async function again<T extends { status: number }>(
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = Date.now() + 60_000
  while (Date.now() < end) {
    const answer = await ask(AbortSignal.timeout(PATIENCE)).catch(() => null)
    if (answer && answer.status < 500) return answer
    await setTimeout(PAUSE)
  }
  throw new Error('It answers with nothing but faults')
}
