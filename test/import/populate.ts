import { AtpAgent } from '@atproto/api'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import type { Pds } from '../../lab/world/servers/pds.ts'

export type Inhabitant = Credentials & { did: string; appPassword?: string }

/** How many accounts are made at once. */
const AT_ONCE = 4

/**
 * Makes `count` accounts on a stock PDS that needs invite codes. The first have something of
 * everything: app passwords, a confirmed address, a deactivation, a takedown.
 */
export async function populate(pds: Pds, count: number): Promise<Inhabitant[]> {
  const admin = { authorization: `Basic ${btoa(`admin:${pds.adminPassword}`)}` }
  const json = { headers: admin, encoding: 'application/json' as const }
  const api = new AtpAgent({ service: pds.url }).com.atproto
  const { data: invite } = await api.server.createInviteCode({ useCount: count + 5 }, json)

  const people: Inhabitant[] = []
  const todo = Array.from({ length: count }, () => newCredentials('settler'))
  const settle = async () => {
    for (let person = todo.shift(); person; person = todo.shift()) {
      const agent = new AtpAgent({ service: pds.url })
      const { data } = await agent.createAccount({ ...person, inviteCode: invite.code })
      people.push({ ...person, did: data.did })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, settle))

  const [first, second, third, fourth] = people as [Inhabitant, Inhabitant, Inhabitant, Inhabitant]
  const agent = new AtpAgent({ service: pds.url })
  await agent.login({ identifier: first.handle, password: first.password })
  for (const [name, privileged] of [
    ['plain', false],
    ['privileged', true],
  ] as const) {
    const { data } = await agent.com.atproto.server.createAppPassword({ name, privileged })
    first.appPassword = data.password
  }
  await pds.pds.ctx.accountManager.db.db
    .updateTable('account')
    .set({ emailConfirmedAt: new Date().toISOString() as never })
    .where('did', '=', second.did)
    .execute()
  const status = (did: string, change: object) =>
    api.admin.updateSubjectStatus(
      { subject: { $type: 'com.atproto.admin.defs#repoRef', did }, ...change },
      json,
    )
  await status(third.did, { deactivated: { applied: true } })
  await status(fourth.did, { takedown: { applied: true, ref: 'mod-7' } })
  return people
}
