import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Client } from '../client.ts'

const KIB = 1024
const JSON_TYPE = { 'content-type': 'application/json' }

/** How long a body may be, and what it may be written in. */
export async function bodies(c: Client): Promise<void> {
  const { handle, password } = await c.newPerson('bod')
  const text = JSON.stringify({ identifier: handle, password })
  const send = (
    name: string,
    body: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = JSON_TYPE,
  ) => c.note(`createSession: ${name}`, c.send('server.createSession', body, headers))

  const coded = (coding: string) => ({ ...JSON_TYPE, 'content-encoding': coding })
  for (const length of [60, 64, 65, 100, 140, 160, 1024]) {
    const padding = 'x'.repeat(length * KIB - text.length - ',"pad":""'.length)
    const long = text.replace(/}$/, `,"pad":"${padding}"}`)
    await send(`a body of ${length} KiB`, long)
    await send(`a body of ${length} KiB, packed`, gzipSync(long), coded('gzip'))
  }

  await send('gzip', gzipSync(text), coded('gzip'))
  await send('deflate', deflateSync(text), coded('deflate'))
  await send('br', brotliCompressSync(text), coded('br'))
  await send('identity', text, coded('identity'))
  await send('a coding that there is not', text, coded('x-none'))
  await send('gzip in capitals', gzipSync(text), coded('GZIP'))
  await send('gzip that is none', text, coded('gzip'))
  await send('gzip that is cut', gzipSync(text).subarray(0, -5), coded('gzip'))
  await send(
    'gzip with more behind it',
    Buffer.concat([gzipSync(text), Buffer.from('x')]),
    coded('gzip'),
  )
  await send('gzip twice', gzipSync(gzipSync(text)), coded('gzip, gzip'))

  const typed = (type: string) => ({ 'content-type': type })
  await send('charset=utf-8', text, typed('application/json; charset=utf-8'))
  await send('charset=UTF-8 in quotes', text, typed('application/json; charset="UTF-8"'))
  await send('charset=iso-8859-1', text, typed('application/json; charset=iso-8859-1'))
  await send('type in capitals', text, typed('Application/JSON'))
  await send('text/plain', text, typed('text/plain'))
  await send('a form', text, typed('application/x-www-form-urlencoded'))
  await send('no JSON', `${text},`)
  await send('a list', `[${text}]`)
  await send('a string', JSON.stringify(text))
  await send('null', 'null')
  await send('nothing', '')
}

/** Optional members that say nothing: null, and the empty value of their type. */
export async function members(c: Client): Promise<void> {
  const { handle, password, accessJwt } = await c.newPerson('mem')
  const as = { jwt: accessJwt }
  type By = Parameters<Client['post']>[2]
  const each = async (
    nsid: string,
    by: By,
    required: Record<string, unknown>,
    optional: Record<string, unknown>,
  ) => {
    for (const [member, empty] of Object.entries(optional)) {
      for (const value of [null, ...(empty === null ? [] : [empty])]) {
        const name = `${nsid.replace('server.', '')}: ${member} ${JSON.stringify(value)}`
        await c.note(name, c.post(nsid, { ...required, [member]: value }, by))
      }
    }
  }
  const session = { identifier: handle, password }
  await each('server.createSession', undefined, session, {
    authFactorToken: '',
    allowTakendown: null,
  })
  await each('server.createAppPassword', as, { name: 'app' }, { privileged: null })
  await each('server.createInviteCode', 'admin', { useCount: 1 }, { forAccount: '' })
  await each(
    'server.createInviteCodes',
    'admin',
    { codeCount: 1, useCount: 1 },
    {
      forAccounts: [],
    },
  )
  await each('admin.disableInviteCodes', 'admin', {}, { codes: [], accounts: [] })
  await each(
    'server.updateEmail',
    as,
    { email: 'no address' },
    { token: '', emailAuthFactor: null },
  )
  await each(
    'identity.signPlcOperation',
    as,
    {},
    {
      token: '',
      rotationKeys: [],
      alsoKnownAs: [],
      verificationMethods: null,
      services: null,
    },
  )
  await each('server.deactivateAccount', as, {}, { deleteAfter: '' })
}
