import { randomBytes } from 'node:crypto'
import type { Floor } from './floor.ts'
import { newName, rowOf } from './names.ts'
import { hashPassword, isPassword } from './passwords.ts'
import { profileOf } from './profile.ts'
import { json, Refused, type Reply, type Routes } from './reply.ts'

const API = '/@atproto/oauth-provider/~api'
const JSON_ALONE = ['content-type', 'application/json']
const CALLBACK = '/oauth/authorize/redirect'

/**
 * What a browser asks for between a pushed request and its code, as at a stock PDS. The pages are empty, and
 * there are no devices: a consent is that of whoever it names.
 */
export function signInRoutes({ issuer, storage }: Floor): Routes {
  return {
    [`POST ${API}/sign-up`]: async ({ body }) => {
      const { handle, email, password } = JSON.parse(body)
      const did = newDid()
      const profile = profileOf({ did, handle, email, pdsUrl: issuer })
      const person = { did, password: await hashPassword(password), profile }
      await storage.commit(() => storage.addPerson(handle, person))
      return json(200, JSON_ALONE, { account: { did } })
    },
    'GET /oauth/authorize': async () => page(200),
    [`POST ${API}/sign-in`]: async ({ body }) => {
      const { username, password } = JSON.parse(body)
      const person = storage.findPerson('handle', username)
      if (!person || !(await isPassword(password, person.password))) {
        throw new Refused(400, 'invalid_request')
      }
      return json(200, JSON_ALONE, { account: { did: person.did } })
    },
    [`POST ${API}/consent`]: async ({ incoming, body }) => {
      const { did } = JSON.parse(body)
      const { searchParams } = new URL(incoming.headers.referer ?? issuer)
      const secret = searchParams.get('request_uri')?.split(':').at(-1) ?? ''
      const row = rowOf(secret)
      const code = newName('cod-', row, 64)
      const parameters = await storage.commit(() => storage.giveCode(row, secret, did, code))
      if (!parameters) throw new Refused(400, 'invalid_request')
      const to = JSON.parse(parameters).redirect_uri
      return json(200, JSON_ALONE, {
        url: `${issuer}${CALLBACK}?${new URLSearchParams({ to, code })}`,
      })
    },
    [`GET ${CALLBACK}`]: async ({ incoming }) => {
      const { searchParams } = new URL(incoming.url ?? '', issuer)
      const to = new URL(searchParams.get('to') ?? issuer)
      to.search = searchParams.toString()
      return page(303, ['location', to.href])
    },
  }
}

const page = (status: number, headers: string[] = []): Reply => ({
  status,
  headers: ['content-type', 'text/html; charset=utf-8', ...headers],
  body: '',
})

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

function newDid(): string {
  return `did:plc:${Array.from(randomBytes(24), (byte) => BASE32[byte % 32]).join('')}`
}
