import { ACCESS_TOKEN_MAX } from '../../../base/lifetimes.ts'
import { LegacyScope, LegacyTokens, newRefreshJti } from '../../../tokens/legacy_tokens.ts'
import type { Floor } from './floor.ts'
import { newName, rowOf } from './names.ts'
import { isPassword } from './passwords.ts'
import { type Asked, Refused, type Reply, type Routes } from './reply.ts'
import { NO_KEY, type Person } from './storage.ts'

const SERVER = '/xrpc/com.atproto.server'
/** Digits of the id of a session. */
const ID = 22
const HEADERS = [
  ...['access-control-allow-origin', '*', 'content-type', 'application/json; charset=utf-8'],
  // Long as the program's, which has a hash of the answer in it.
  ...['etag', `W/"${'0'.repeat(3)}-${'0'.repeat(27)}"`],
]
const HEADERS_FOR_CALLER = [...HEADERS, 'cache-control', 'private', 'vary', 'Authorization']

/** Sessions by password, as `com.atproto.server.*` opens them. */
export function sessionRoutes({ did: entrywayDid, pdsDid, secrets, storage }: Floor): Routes {
  const lasting = { did: entrywayDid, accessTokenLifetime: ACCESS_TOKEN_MAX }
  const tokens = new LegacyTokens(secrets, lasting)
  const scope = LegacyScope.Access

  /** The fields of an answer with new tokens. */
  const withTokens = async (row: number, { did, profile }: Person, jti: string) => {
    const sessionId = newName('', row, ID)
    const { accessJwt, refreshJwt } = await tokens.sign({ did, pdsDid, scope, sessionId, jti })
    return `"accessJwt":"${accessJwt}","refreshJwt":"${refreshJwt}",${profile}`
  }

  return {
    [`POST ${SERVER}.createSession`]: async ({ body }) => {
      const { identifier, password } = JSON.parse(body)
      const person = storage.findPerson('handle', identifier)
      if (!person || !(await isPassword(password, person.password))) {
        throw new Refused(401, 'AuthenticationRequired', HEADERS)
      }
      const [row, jti] = [storage.nextSession(), newRefreshJti()]
      await storage.commit(() => storage.addSession(row, person.did, NO_KEY, jti))
      return object(HEADERS, await withTokens(row, person, jti))
    },
    [`POST ${SERVER}.refreshSession`]: async (asked) => {
      const { jti, sessionId } = await tokens.verifyRefresh(bearerOf(asked)).catch(refuse)
      const [row, next] = [rowOf(sessionId ?? ''), newRefreshJti()]
      const person = await storage.commit(() => {
        const did = storage.rotate(row, NO_KEY, jti ?? '', next)
        return did === undefined ? undefined : storage.findPerson('did', did)
      })
      if (!person) throw new Refused(400, 'ExpiredToken', HEADERS)
      return object(HEADERS_FOR_CALLER, await withTokens(row, person, next))
    },
    [`GET ${SERVER}.getSession`]: async (asked) => {
      const { did } = await tokens.verifyAccess(bearerOf(asked)).catch(refuse)
      const person = storage.findPerson('did', did)
      if (!person) throw new Refused(400, 'InvalidToken', HEADERS)
      return object(HEADERS_FOR_CALLER, person.profile)
    },
  }
}

/** @param fields in JSON */
const object = (headers: readonly string[], fields: string): Reply => ({
  ...{ status: 200, headers, body: `{${fields}}` },
})

const bearerOf = ({ incoming: { headers } }: Asked): string =>
  headers.authorization?.slice('Bearer '.length) ?? ''

const refuse = () => {
  throw new Refused(400, 'InvalidToken', HEADERS)
}
