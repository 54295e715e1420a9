import { headlessSignUp } from '../clients/headless_sign_in.ts'
import { activate, leave, setTakedown } from './actions_of_life.ts'
import { attempt, call } from './attempt.ts'
import type { Person } from './person.ts'
import type { Proof } from './proof_of.ts'
import { settled } from './settled.ts'

const signsIn = async (url: string, identifier: string, password: string) => {
  const input = { identifier, password }
  const outcome = await attempt(() => call(url, 'com.atproto.server.createSession', { input }))
  if ('doubt' in outcome) throw outcome.doubt
  return 'done' in outcome ? outcome.done : null
}

/** One password signs in: the one that was acknowledged, or one of two. The one of before does not. */
export async function provePassword({ person, network, patience, report }: Proof): Promise<void> {
  const { credentials, passwordInDoubt, formerPassword } = person
  if (passwordInDoubt === null && formerPassword === null) return
  const did = person.did as string
  const known = [credentials.password, passwordInDoubt, formerPassword]
  const good = await settled(patience, async () => {
    const each = known.map(async (one) => one && (await signsIn(network.url, did, one)) && one)
    return (await Promise.all(each)).filter(Boolean)
  })
  const [password] = good ?? []
  if (!password || good?.length !== 1 || password === formerPassword) {
    return report(`${good?.length ?? 'no'} passwords sign in, or the one of before`)
  }
  credentials.password = password
  person.passwordInDoubt = person.formerPassword = null
}

/** Whoever may be taken down or deactivated comes back, by the operator: no password is needed for it. */
export async function bringBack({ person, network, patience, report }: Proof): Promise<void> {
  if (!person.inDoubt.has('standing')) return
  const isBack = await settled(patience, async () => {
    await setTakedown(person, network, false)
    await activate(person, network)
    return true
  })
  if (!isBack) report('it cannot be activated')
}

/** Whoever is active here is so on the PDS. */
export async function proveStanding({ person, network, patience, report }: Proof): Promise<void> {
  const did = person.did as string
  let seen: unknown
  const stands = await settled(patience, async () => {
    const session = await signsIn(network.url, did, person.credentials.password)
    const params = { did }
    const there = await call(network.pds.url, 'com.atproto.sync.getRepoStatus', { params })
    seen = { here: session?.active, there: there.active }
    return session?.active === true && there.active === true ? true : null
  })
  if (!stands) report(`it is not active, here or on the PDS: ${JSON.stringify(seen)}`)
}

/** Nobody can sign in to it, the PDS has it no more, and its names are free. */
export async function proveGone({ person, network, patience, report }: Proof): Promise<void> {
  const did = person.did as string
  const { credentials } = person
  const again = await settled(patience, async () => {
    const left = await leave(person, network)
    if ('doubt' in left) return null
    return headlessSignUp(network.url, credentials)
  })
  if (!again) return report('an account that was deleted keeps its names')
  if (again === did) report('an account that was deleted is back')
  const params = { repo: did }
  const repo = await attempt(() =>
    call(network.pds.url, 'com.atproto.repo.describeRepo', { params }),
  )
  if (!('refused' in repo)) report('the PDS still has an account that was deleted')
  if (await signsIn(network.url, did, credentials.password)) report('it signs in, though deleted')
  goOnAs(person, again)
}

/** The names are another's from now on: of the same person, who stays. */
function goOnAs(person: Person, did: string): void {
  person.did = did
  person.isGoing = false
  person.inDoubt.clear()
}
