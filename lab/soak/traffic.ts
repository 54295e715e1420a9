import { setTimeout as wait } from 'node:timers/promises'
import { newHeadlessBrowser } from '../clients/headless_browser.ts'
import type { OAuthApp } from '../clients/oauth_app.ts'
import { type Action, act } from '../fault/actions.ts'
import { Person } from '../fault/person.ts'
import type { Network } from '../world/network.ts'

/** What somebody does in a soak, as often as it is listed. */
const HABITS: readonly (Action | 'accountPage')[] = [
  ...Array<Action>(8).fill('refresh'),
  ...Array<Action>(4).fill('refreshSession'),
  'signIn',
  'revoke',
  'signIn',
  'createSession',
  'deleteSession',
  'createSession',
  'changeHandle',
  'changeEmail',
  'askForMail',
  'accountPage',
]

/** Milliseconds between two actions of somebody, at most. */
const PAUSE = 60

export type Traffic = { counts: Map<string, number>; errors: string[] }

/** One person after the other signs up, goes through all habits twice and leaves, until `over`. */
export async function wander(
  app: OAuthApp,
  network: Network,
  traffic: Traffic,
  over: () => boolean,
): Promise<void> {
  while (!over()) {
    const person = new Person()
    for (const action of ['signUp', 'signIn', 'createSession', ...HABITS, ...HABITS] as const) {
      if (over()) return
      if (action === 'accountPage') await visit(person, network.url, traffic)
      else await note(traffic, action, () => act(action, person, app, network))
      await wait(Math.random() * PAUSE)
    }
  }
}

/** Signs in on the account page, as a browser does, looks at what is there and signs out. */
async function visit(person: Person, origin: string, traffic: Traffic): Promise<void> {
  await note(traffic, 'accountPage', async () => {
    const browser = newHeadlessBrowser(origin)
    const page = `${origin}/account`
    try {
      await (await browser.open(page)).body.dump()
      const { handle: username, password } = person.credentials
      await browser.callApi(page, 'sign-in', { locale: 'en', username, password, remember: true })
      await (await browser.open(page)).body.dump()
      await browser.callApi(page, 'sign-out', { did: person.did })
      return { done: true }
    } catch (err) {
      return { doubt: err as Error }
    }
  })
}

async function note(
  { counts, errors }: Traffic,
  action: string,
  run: () => ReturnType<typeof act>,
): Promise<void> {
  const outcome = await run()
  if (!outcome) return
  counts.set(action, (counts.get(action) ?? 0) + 1)
  if ('done' in outcome) return
  const [err] = Object.values(outcome) as Error[]
  errors.push(`${action}: ${err?.message}`)
}
