import { newCredentials } from '../../../../lab/clients/headless_sign_in.ts'
import type { Authorization, Client, Input, Person } from '../client.ts'
import { type Described, described, leastInput, type Property, sampleOf } from '../lexicons.ts'

/** What changes a person for good comes last. */
const LAST = ['server.deactivateAccount', 'admin.updateAccountPassword', 'admin.deleteAccount']
const inOrder = described.toSorted((a, b) => LAST.indexOf(a.nsid) - LAST.indexOf(b.nsid))

const OPERATORS = /^admin\.|^server\.createInviteCode/
const ANYBODYS =
  /^temp\.|^server\.(create(Account|Session)|deleteAccount|(request|reset)Password)|^identity\.resolve/

/** Of each type, something that is of another. */
const OF_ANOTHER_TYPE: Record<string, unknown> = {
  array: 'words',
  boolean: 'words',
  integer: 'words',
  string: 7,
}

/** Bodies that the reference's parser of JSON refuses. */
export const NO_JSON = {
  'half an object': '{',
  null: 'null',
  'a text': '"x"',
  'a number': '7',
  true: 'true',
}
const TEXTS = { ...NO_JSON, nothing: '', 'an empty object': '{}', 'an empty list': '[]' }

/** Each member of each input, as the lexicons have it: absent, empty, null, something else. */
export async function members(c: Client): Promise<void> {
  const person = await c.newPerson('mem')
  for (const method of inOrder) await eachMember(c, method, person)
}

async function eachMember(c: Client, method: Described, person: Person): Promise<void> {
  const { nsid, isQuery, takesBody, properties, required } = method
  const by = callerOf(nsid, person)
  const least = () =>
    nsid === 'server.createAccount' ? newCredentials('mem') : leastInput(method, person)
  const send = (how: string, input: Input) => c.note(`${nsid}: ${how}`, c.call(method, input, by))

  await send('as little as possible', least())
  for (const [name, property] of Object.entries(properties)) {
    const set = (how: string, value: unknown) =>
      send(`${name} ${how}`, { ...least(), [name]: value })
    if (required.includes(name)) {
      const { [name]: _, ...others } = least() as Input
      await send(`no ${name}`, others)
    } else {
      await set('as it should be', sampleOf(name, property, person))
    }
    await set('empty', '')
    await set('of another type', ofAnotherType(property))
    if (isQuery) {
      const value = sampleOf(name, property, person)
      if (property.type !== 'array') await set('twice', [value, value])
      await set('as another might write it', property.type === 'integer' ? '1.5' : 'TRUE')
      continue
    }
    await set('null', null)
    await set('an empty list', [])
    await set('an empty object', {})
  }
  await send('a member that there is not', { ...least(), somethingElse: 'words' })
  if (!takesBody) return
  const type = { 'content-type': 'application/json' }
  for (const [name, text] of Object.entries(TEXTS)) {
    await c.note(`${nsid}: ${name}`, c.send(nsid, text, type, by))
  }
  const listed = JSON.stringify([least()])
  await c.note(`${nsid}: a list of it`, c.send(nsid, listed, type, by))
  await c.note(`${nsid}: no type`, c.send(nsid, Buffer.from(JSON.stringify(least())), {}, by))
}

const ofAnotherType = ({ type }: Property) => OF_ANOTHER_TYPE[type] ?? 'words'

function callerOf(nsid: string, { accessJwt }: Person): Authorization {
  if (OPERATORS.test(nsid)) return 'admin'
  return ANYBODYS.test(nsid) ? undefined : { jwt: accessJwt }
}
