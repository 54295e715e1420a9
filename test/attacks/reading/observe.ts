import { AsyncLocalStorage } from 'node:async_hooks'
import type { Counter } from '../../../database/limits/counter.ts'
import { readSubject } from '../../../identity/subject.ts'
import { type AppInProcess, type Asked, startApp } from '../../../lab/world/app/app.ts'
import type { ActorCall } from '../../../lab/world/app/watched_actors.ts'
import { VICTIM } from './requests.ts'

/** What came of one request, as each who looks at it saw it. */
export type Seen = {
  status: number
  /** As the metrics name it. */
  route: string | undefined
  /** The counters from which a point was taken, without the client's address. */
  counted: string[]
  /** The names that were looked up, and what accounts were asked to do with a secret. */
  handled: string[]
  /** Where a PDS is asked. */
  passedTo: string | undefined
  /** How many of the points were given back. */
  givenBack: number
}

/** What costs time or sends a mail: it is enough to know that it would have been done. */
const ENOUGH = ['login', 'verifyPassword', 'issueEmailToken', 'resetPassword', 'confirmEmail']

/** The application, and what each request does in it. */
export type Observed = {
  app: AppInProcess
  did: string
  see(asked: Asked): Promise<Seen>
  /** As {@link see}, of many requests at once, in their order: answers to failures take their time. */
  seeAll(asked: readonly Asked[]): Promise<Seen[]>
}

const LANES = 24

export async function observeApp(): Promise<Observed> {
  const calls = new AsyncLocalStorage<ActorCall[]>()
  const app = await startApp({
    onCall: (call) => {
      calls.getStore()?.push(call)
      if (calls.getStore() && ENOUGH.includes(call.action)) throw new Error('Enough is seen')
    },
  })
  const did = await app.addAccount(VICTIM)
  let requests = 0

  async function see(asked: Asked): Promise<Seen> {
    app.counters.exec('DELETE FROM counter')
    const address =
      asked.address ?? `10.${[16, 8, 0].map((bits) => (++requests >> bits) & 255).join('.')}`
    const made: ActorCall[] = []
    const answer = await calls.run(made, () => app.ask({ ...asked, address }))
    const points = (action: string) =>
      made
        .filter((call) => call.action === action)
        .flatMap(({ args: [counters] }) => counters as Counter[])
        .map(({ key }) => key.replace(address, 'address'))
    return {
      status: 'status' in answer ? answer.status : 0,
      route: 'readBody' in answer ? undefined : answer.route,
      counted: points('takePoints'),
      givenBack: points('returnPoints').length,
      handled: made.flatMap(({ action, args }) =>
        action === 'find'
          ? [`find ${readSubject(String(args[0])).name}`]
          : ENOUGH.includes(action)
            ? [action]
            : [],
      ),
      passedTo: 'passTo' in answer ? new URL(answer.passTo.url).pathname : undefined,
    }
  }

  async function seeAll(asked: readonly Asked[]): Promise<Seen[]> {
    const seen: Seen[] = Array(asked.length)
    let next = 0
    const lane = async () => {
      for (let i = next++; i < asked.length; i = next++) seen[i] = await see(asked[i] as Asked)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return seen
  }

  return { app, did, see, seeAll }
}
