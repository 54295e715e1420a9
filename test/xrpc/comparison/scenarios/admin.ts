import type { Client } from '../client.ts'

const NOBODY = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

/** What the operator does with accounts. */
export async function admin(c: Client): Promise<void> {
  const person = await c.newPerson('adm')
  const other = await c.newPerson('adm')
  const { did, handle, email } = person
  const get = (name: string, nsid: string, params: Record<string, unknown>) =>
    c.note(`${nsid}${name}`, c.get(`admin.${nsid}`, params, 'admin'))
  const post = (name: string, nsid: string, input: Record<string, unknown>) =>
    c.note(`admin.${nsid}${name}`, c.post(`admin.${nsid}`, input, 'admin'))

  await get('', 'getAccountInfo', { did })
  await get(': nobody', 'getAccountInfo', { did: NOBODY })
  await get(': no DID', 'getAccountInfo', {})
  await get('', 'getAccountInfos', { dids: [did, other.did, NOBODY] })
  await get('', 'searchAccounts', { email })
  await get('', 'getSubjectStatus', { did })
  await get(': nobody', 'getSubjectStatus', { did: NOBODY })
  await get(': of nothing', 'getSubjectStatus', {})
  for (const [name, jwt] of [
    ['no token', undefined],
    ["a user's token", { jwt: person.accessJwt }],
  ] as const) {
    await c.note(`getAccountInfo: ${name}`, c.get('admin.getAccountInfo', { did }, jwt))
    await c.note(
      `admin.updateAccountPassword: ${name}`,
      c.post('admin.updateAccountPassword', { did, password: 'x' }, jwt),
    )
    await c.note(
      `admin.sendEmail: ${name}`,
      c.post('admin.sendEmail', { recipientDid: did, content: 'x', senderDid: did }, jwt),
    )
  }

  await post('', 'updateAccountEmail', { account: handle, email: `adm-${email}` })
  await post(': nobody', 'updateAccountEmail', { account: NOBODY, email })
  await post(': taken', 'updateAccountEmail', { account: did, email: other.email })
  await post('', 'updateAccountPassword', { did, password: 'set by the operator' })
  await post(': long', 'updateAccountPassword', { did, password: 'x'.repeat(257) })
  await post(': nobody', 'updateAccountPassword', { did: NOBODY, password: 'x' })
  await c.note(
    'createSession: the password set by the operator',
    c.post('server.createSession', { identifier: handle, password: 'set by the operator' }),
  )
  await c.note(
    'refreshSession: the operator set a password',
    c.post('server.refreshSession', undefined, { jwt: person.refreshJwt }),
  )

  await post('', 'updateAccountHandle', { did, handle: `x-${handle}` })
  await post(': reserved', 'updateAccountHandle', { did: other.did, handle: 'admin.test' })
  await post(': taken', 'updateAccountHandle', { did: other.did, handle: `x-${handle}` })
  await post(': nobody', 'updateAccountHandle', { did: NOBODY, handle: 'nobody-at-all.test' })

  const mail = { recipientDid: did, senderDid: other.did, content: '<p>Hello</p>', subject: 'Hi' }
  await post('', 'sendEmail', mail)
  await post(': to nobody', 'sendEmail', { ...mail, recipientDid: NOBODY })

  await post('', 'deleteAccount', { did })
  await get(': deleted', 'getAccountInfo', { did })
  await post(': nobody', 'deleteAccount', { did: NOBODY })
}

/** Invite codes. */
export async function invites(c: Client): Promise<void> {
  const { did, accessJwt } = await c.newPerson('inv')
  const post = (name: string, nsid: string, input: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}${name}`, c.post(nsid, input, 'admin'))

  await post('', 'server.createInviteCode', { useCount: 1 })
  await post(': for an account', 'server.createInviteCode', { useCount: 2, forAccount: did })
  await post('', 'server.createInviteCodes', { codeCount: 2, useCount: 1, forAccounts: [did] })
  await post(': for nobody in particular', 'server.createInviteCodes', {
    codeCount: 1,
    useCount: 1,
  })
  await c.note('createInviteCode: no token', c.post('server.createInviteCode', { useCount: 1 }))
  await c.note(
    'getAccountInviteCodes',
    c.get('server.getAccountInviteCodes', {}, { jwt: accessJwt }),
  )
  await c.note('getInviteCodes', c.get('admin.getInviteCodes', { limit: 1 }, 'admin'))
  await c.note('getInviteCodes: by use', c.get('admin.getInviteCodes', { sort: 'usage' }, 'admin'))
  await c.note(
    'getInviteCodes: bad cursor',
    c.get('admin.getInviteCodes', { cursor: 'x' }, 'admin'),
  )
  await c.note('getInviteCodes: no token', c.get('admin.getInviteCodes'))
  await post('', 'admin.disableInviteCodes', { accounts: [did] })
  await post(": the operator's", 'admin.disableInviteCodes', { accounts: ['admin'] })
  await post('', 'admin.disableAccountInvites', { account: did })
  await post('', 'admin.enableAccountInvites', { account: did })
  await c.note(
    'getAccountInviteCodes: disabled',
    c.get('server.getAccountInviteCodes', {}, { jwt: accessJwt }),
  )
}

/** What belongs to nobody in particular. */
export async function others(c: Client): Promise<void> {
  const { accessJwt } = await c.newPerson('oth')
  await c.note('describeServer', c.get('server.describeServer'))
  await c.note('checkSignupQueue', c.get('temp.checkSignupQueue', {}, { jwt: accessJwt }))
  await c.note('checkSignupQueue: no token', c.get('temp.checkSignupQueue'))
  await c.note('dereferenceScope', c.get('temp.dereferenceScope', { scope: 'ref:x' }))
  await c.note(
    'checkHandleAvailability',
    c.get('temp.checkHandleAvailability', { handle: 'free.test' }),
  )
  await c.note(
    'getRecommendedDidCredentials',
    c.get('identity.getRecommendedDidCredentials', {}, { jwt: accessJwt }),
  )
  await c.note('checkAccountStatus', c.get('server.checkAccountStatus', {}, { jwt: accessJwt }))
  await c.note(
    'getServiceAuth',
    c.get('server.getServiceAuth', { aud: 'did:web:x.test' }, { jwt: accessJwt }),
  )
}
