import { setTimeout } from 'node:timers/promises'
import type { Credentials } from './headless_sign_in.ts'
import { type BenchClient, openClient, send } from './lean_client.ts'
import { signIn } from './lean_sign_in.ts'

/** Milliseconds a client waits for an answer, and before it tries again (`Retry-After`). */
const PATIENCE = 15_000
const PAUSE = 2_000

/** Somebody with an app that refreshes its session again and again. */
export class Person {
  readonly client: BenchClient
  token: string
  refreshes = 0
  failures = 0
  /** Answers that must never come: a live session refused, or one token with two successors. */
  readonly wrongs: string[] = []
  /** When each refresh was answered (ms since the epoch), and how long it took with all attempts. */
  readonly answered: { at: number; took: number }[] = []
  /** When the first attempt at the next refresh began. */
  #since: number | null = null

  private constructor(client: BenchClient, token: string) {
    this.client = client
    this.token = token
  }

  static async signIn(origin: string, credentials: Credentials): Promise<Person> {
    const client = await openClient(origin, 2)
    return new Person(client, (await signIn(client, credentials)).refreshToken)
  }

  /** Refreshes until `signal` aborts; every fourth time as an app does that sends it twice. */
  async refreshUntil(signal: AbortSignal, pause: number): Promise<void> {
    while (!signal.aborted) {
      if (await this.refresh(this.refreshes % 4 === 3 ? 2 : 1)) await setTimeout(pause)
    }
  }

  async refresh(times = 1): Promise<boolean> {
    const form = { grant_type: 'refresh_token', refresh_token: this.token }
    this.#since ??= Date.now()
    // Who gives up hangs up, as an app does: a request that is left open says that somebody waits.
    const attempt = () =>
      send(this.client, '/oauth/token', form, AbortSignal.timeout(PATIENCE)).catch(() => null)
    const answers = await Promise.all(Array.from({ length: times }, attempt))
    const successors = new Set<string>()
    for (const answer of answers) {
      if (answer?.status === 200) successors.add(String(answer.body.refresh_token))
      else if (answer?.body.error === 'use_dpop_nonce') continue
      else if (answer && answer.status < 500) this.wrongs.push(this.#refusal(answer.body))
      else this.failures++
    }
    if (successors.size > 1) this.wrongs.push('one refresh token has two successors')
    const [next] = successors
    if (next === undefined) {
      await setTimeout(PAUSE)
      return false
    }
    if (next === this.token) this.wrongs.push('the token is its own successor')
    this.token = next
    this.refreshes++
    this.answered.push({ at: Date.now(), took: Date.now() - this.#since })
    this.#since = null
    return true
  }

  /** With what tells an answer that was lost for long from one that never was good. */
  #refusal(body: object): string {
    const ago = (at: number) => `${((Date.now() - at) / 1_000).toFixed(1)} s ago`
    const last = this.answered.at(-1)
    const since = this.#since === null ? '' : `, first asked ${ago(this.#since)}`
    return `${JSON.stringify(body)}, last answered ${last ? ago(last.at) : 'never'}${since}`
  }
}
