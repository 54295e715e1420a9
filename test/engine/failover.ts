import { setTimeout } from 'node:timers/promises'
import { send } from '../../lab/clients/lean_client.ts'
import { signIn } from '../../lab/clients/lean_sign_in.ts'
import { patientSignUp } from '../../lab/clients/patient_sign_up.ts'
import { Person } from '../../lab/clients/person.ts'
import type { Cluster } from '../../lab/world/cluster.ts'
import { until } from '../../lab/world/until.ts'
import type { Program } from '../../lab/world/vestibule/program.ts'

/** Milliseconds that no refresh takes while all is well. */
const HELD_UP = 3_000

/** Sessions to revoke while runners die. */
const TO_REVOKE = 40

/** Of an app, by its refresh token. */
type Session = { client: Person['client']; token: string }

/** Milliseconds of refreshing before and after each event. */
export type FailoverPlan = {
  accounts: number
  before: number
  after: number
  /** Between two refreshes of one session. */
  pause: number
  say(line: string): void
}

/** What is true when a runner dies and comes back. */
export type FailoverResult = {
  refreshes: number
  failures: number
  wrongs: string[]
  /** Seconds from each kill until the last refresh that it held up was answered. */
  backAfter: number[]
  /** Revocations that were acknowledged, and those of them that did not last. */
  revoked: number
  revived: number
  dead: number
}

/**
 * Refreshes many sessions while first one runner is killed, then comes back, then the other is
 * killed, so that the one that came back must carry everything.
 */
export async function failOver(cluster: Cluster, plan: FailoverPlan): Promise<FailoverResult> {
  const { people, others } = await moveIn(cluster, plan)
  const stop = new AbortController()
  const loads = people.map((person) => person.refreshUntil(stop.signal, plan.pause))
  await setTimeout(plan.before)
  report(plan, people, 'all is well')

  const revoked: Session[] = []
  const revoking = revokeAll(others, revoked)
  const backAfter: number[] = []
  const [first, second] = cluster.runners as [Program, Program]
  for (const runner of [first, second]) {
    const killed = Date.now()
    await runner.kill()
    await untilAllRefreshed(people, killed)
    const held = people.flatMap(({ answered }) =>
      answered.filter(({ at, took }) => at > killed && took > HELD_UP),
    )
    const back = Math.max(killed, ...held.map(({ at }) => at))
    backAfter.push((back - killed) / 1000)
    plan.say(`killed: ${held.length} refreshes held up, for ${(back - killed) / 1000} s at most`)
    await runner.start()
    const since = Date.now()
    await setTimeout(plan.after)
    report(plan, people, 'back again', since)
  }
  stop.abort()
  await Promise.all(loads)
  await revoking

  const lives = await Promise.all(people.map(isAlive))
  const ended = await Promise.all(revoked.map(hasEnded))
  return {
    refreshes: sum(people.map((person) => person.refreshes)),
    failures: sum(people.map((person) => person.failures)),
    wrongs: people.flatMap((person) => person.wrongs),
    backAfter,
    revoked: revoked.length,
    revived: ended.filter((has) => !has).length,
    dead: lives.filter((isAlive) => !isAlive).length,
  }
}

/** Refreshes once more, as soon as there is an answer. */
async function isAlive(person: Person): Promise<boolean> {
  const { length } = person.wrongs
  let lives = false
  const isAnswered = async () => {
    lives = await person.refresh()
    return lives || person.wrongs.length > length
  }
  await until(isAnswered, 'No answer to a refresh', AFTER_A_DEATH)
  return lives
}

/** Whether a revoked token is refused, once there is an answer that is about the token. */
async function hasEnded({ client, token }: Session): Promise<boolean> {
  const form = { grant_type: 'refresh_token', refresh_token: token }
  const ask = async () => {
    const answer = await send(client, '/oauth/token', form)
    if (answer.status < 500 && answer.body.error !== 'use_dpop_nonce') return answer
    throw new Error(`It answers with ${answer.status}`)
  }
  const { status, body } = await until(ask, 'No answer to a revoked token', AFTER_A_DEATH)
  return status === 400 && body.error === 'invalid_grant'
}

/** Accounts with a session to refresh, some with another to revoke. */
async function moveIn({ url }: Cluster, { accounts, say }: FailoverPlan) {
  const people: Person[] = []
  const others: Session[] = []
  const began = Date.now()
  let next = 0
  const lane = async () => {
    while (next++ < accounts) {
      const credentials = await patientSignUp(url, 'engine')
      const person = await Person.signIn(url, credentials)
      people.push(person)
      if (others.length >= TO_REVOKE) continue
      const { refreshToken: token } = await signIn(person.client, credentials)
      others.push({ client: person.client, token })
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  say(`${people.length} accounts after ${(Date.now() - began) / 1000} s`)
  return { people, others }
}

async function revokeAll(sessions: Session[], acknowledged: Session[]): Promise<void> {
  for (const session of sessions) {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { token } = session
      const answer = await send(session.client, '/oauth/revoke', { token }).catch(() => null)
      if (answer?.status === 200) {
        acknowledged.push(session)
        break
      }
      await setTimeout(250)
    }
  }
}

/** ms */
const AFTER_A_DEATH = 240_000

/** Whose session was refused does not come back; that is told with the result. */
async function untilAllRefreshed(people: Person[], since: number): Promise<void> {
  // What was on its way when the runner died does not show that it is back.
  const from = since + 500
  const isOver = ({ answered, wrongs }: Person) =>
    wrongs.length > 0 || answered.some(({ at }) => at > from)
  await until(() => people.every(isOver), 'The service did not come back', AFTER_A_DEATH)
}

function report(plan: FailoverPlan, people: Person[], name: string, since = 0): void {
  const took = people
    .flatMap(({ answered }) => answered.filter(({ at }) => at > since))
    .map((answer) => answer.took)
    .sort((a, b) => a - b)
  const at = (part: number) => took[Math.floor(took.length * part)]
  plan.say(`${name}: ${took.length} refreshes, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
