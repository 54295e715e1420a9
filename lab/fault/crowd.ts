import type { OAuthApp } from '../clients/oauth_app.ts'
import type { Network } from '../world/network.ts'
import { type Action, act, actions, isNewcomers } from './actions.ts'
import { Person } from './person.ts'
import { prove } from './proof.ts'
import { proveTold } from './proof_of_posts.ts'

/** An action that was answered. */
export type Deed = { action: Action; done: boolean }

/** Faults that somebody lives through before others come. */
const STAY = 5

/** How often an action is chosen when no other is asked for. */
const MIX: readonly Action[] = actions.filter((action) => action !== 'askForMail')

/** People who use the program while something happens to it. */
export class Crowd {
  readonly #network: Network
  readonly #app: OAuthApp
  /** Everybody whose sign-up was acknowledged or is in doubt, over all faults. */
  readonly #everybody = new Set<Person>()
  #people: Person[] = []
  #rounds = 0
  /** Broken promises, one sentence each. */
  readonly complaints: string[] = []

  constructor(network: Network, app: OAuthApp) {
    this.#network = network
    this.#app = app
  }

  /** Gets `count` people together, each with a session of either kind; some were there before. */
  async gather(count: number): Promise<void> {
    const stay = this.#people
      .slice(0, count)
      .filter(({ did, inDoubt, isWaiting }) => did && inDoubt.size === 0 && !isWaiting)
    const isOver = ++this.#rounds % STAY === 0
    const people = isOver ? [] : stay
    while (people.length < count) people.push(new Person())
    await Promise.all(
      people.map(async (person) => {
        for (const action of ['signUp', 'signIn', 'createSession', 'openidSignIn'] as const) {
          if (action === 'signUp' && person.did !== null) continue
          if (action === 'signIn' && person.session !== null) continue
          if (action === 'createSession' && person.legacy !== null) continue
          if (action === 'openidSignIn' && person.openid !== null) continue
          const outcome = await act(action, person, this.#app, this.#network)
          if (!outcome || !('done' in outcome)) {
            throw new Error(`${action} before anything happened: ${inspectError(outcome)}`)
          }
        }
      }),
    )
    this.#people = people
  }

  /** Does `action` (with some people; with the others, anything) again and again until `ended`. */
  async work(action: Action | null, ended: Promise<unknown>): Promise<void> {
    let over = false
    const end = ended.finally(() => {
      over = true
    })
    const strangers: Person[] = []
    const lanes = this.#people.map(async (person, lane) => {
      while (!over && person.inDoubt.size < 5) {
        let deed = lane % 2 === 0 && action ? action : pick(MIX)
        // What an action needs is made first where it is gone.
        if (deed === 'revoke' || deed === 'refresh') if (!person.session) deed = 'signIn'
        if (deed === 'refreshSession' || deed === 'deleteSession')
          if (!person.legacy) deed = 'createSession'
        if (deed === 'openidRefresh' && !person.openid) deed = 'openidSignIn'
        const actor = isNewcomers(deed) ? new Person() : person
        if (isNewcomers(deed)) strangers.push(actor)
        const outcome = await act(deed, actor, this.#app, this.#network)
        if (outcome === null) await new Promise((resolve) => setTimeout(resolve, 5))
        if (outcome && 'refused' in outcome) this.#complain(deed, outcome.refused)
        if (outcome && 'doubt' in outcome && isNewcomers(deed)) break
      }
    })
    await Promise.all([end, ...lanes])
    this.#people.push(...strangers)
  }

  /** Somebody or other tries each action, all at once. @returns what was answered with success */
  async tryAll(which: readonly Action[]): Promise<Deed[]> {
    const deeds: Deed[] = []
    const newcomers = which.filter(isNewcomers).map((one) => [new Person(), [one]] as const)
    const tasks = new Map<Person, readonly Action[]>(newcomers)
    for (const [index, action] of which.filter((one) => !isNewcomers(one)).entries()) {
      const person = this.#people[index % this.#people.length] as Person
      tasks.set(person, [...(tasks.get(person) ?? []), action])
    }
    this.#people.push(...newcomers.map(([person]) => person))
    await Promise.all(
      [...tasks].map(async ([person, todo]) => {
        for (const action of todo) {
          const outcome = await act(action, person, this.#app, this.#network)
          if (!outcome) continue
          if ('refused' in outcome) this.#complain(action, outcome.refused)
          deeds.push({ action, done: 'done' in outcome })
        }
      }),
    )
    return deeds
  }

  /** Proves everything that was promised to those who were there, and to one from before. */
  async prove({ patience }: { patience: number }): Promise<void> {
    const people = new Set(this.#people)
    if (this.#everybody.size > 0) people.add(pick([...this.#everybody]))
    await this.#prove([...people], patience)
    for (const person of this.#people) {
      if (person.did !== null || person.inDoubt.size > 0) this.#everybody.add(person)
    }
  }

  /**
   * Proves everything that was ever promised to a person, and that every name that is held has an
   * account.
   *
   * @returns how many people there are
   */
  async proveEverybody(): Promise<number> {
    await this.#prove([...this.#everybody], 0)
    const posts = [...this.#everybody].flatMap((person) => person.posts)
    this.complaints.push(...(await proveTold(this.#network.pds.url, posts)))
    for (const { inDoubt, credentials } of this.#everybody) {
      if (inDoubt.size > 0) this.complaints.push(`${credentials.handle} stays half-made`)
    }
    return this.#everybody.size
  }

  async #prove(people: Person[], patience: number): Promise<void> {
    const queue = people.values()
    const worker = async () => {
      for (const person of queue) {
        this.complaints.push(...(await prove(person, this.#app, this.#network, patience)))
      }
    }
    await Promise.all(Array.from({ length: 4 }, worker))
  }

  #complain(action: Action, err: Error): void {
    this.complaints.push(`${action}: a valid request was refused: ${err.name} ${err.message}`)
  }
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T
}

function inspectError(outcome: object | null): string {
  return Object.values(outcome ?? {})
    .map((err) => (err as Error).message)
    .join()
}
