import { type AdapterPayload, errors } from 'oidc-provider'
import { MAX_OPENID_REQUEST } from '../../database/flow/bounds.ts'
import { pageRefusal } from '../../http/answers/refuse.ts'
import { webHostOf } from '../../http/names/web_host.ts'
import { keptSecret } from '../clients/client_secret.ts'
import type { Login } from './interaction_result.ts'
import { noteClient, openidScope } from './scope.ts'
import { expiryOf, readBack, type Storage, type Stored, written } from './stored.ts'

/** What is kept by its id alone, with its owner. */
export function requests({ flow }: Pick<Storage, 'flow'>, kind: string): Stored {
  return {
    async upsert(id, payload, expiresIn) {
      assertShort(payload)
      const row = { payload: written(payload), expiresAt: expiryOf(expiresIn) }
      await flow(id).putOpenidRequest(kind, id, row)
    },
    async find(id) {
      const row = await flow(id).readOpenidRequest(kind, id)
      if (!row) return undefined
      return { ...readBack(row.payload, id), ...(row.isSpent && { consumed: true }) }
    },
    async consume(id) {
      const { attempt, spends } = openidScope()
      spends.push(async () => {
        if (await flow(id).consumeOpenidRequest(id, attempt)) return null
        const reason = 'invalid_request_uri: request_uri was already used'
        return pageRefusal(400, { obstacle: 'link', reason })
      })
    },
    async destroy(id) {
      openidScope().removals.push(async () => flow(id).deleteOpenidRequest(id))
    },
  }
}

/** Only what a client asked for counts: the rest is written here, also when the person has signed in already. */
export function assertShort({ params, ...others }: AdapterPayload): void {
  if (Buffer.byteLength(JSON.stringify(params ?? others)) <= MAX_OPENID_REQUEST) return
  throw new errors.InvalidRequest(`the request is longer than ${MAX_OPENID_REQUEST} bytes`)
}

/** Sessions of browsers in which nobody has signed in yet. */
export function sessionsBefore(storage: Pick<Storage, 'flow'>): Stored {
  return requests(storage, 'Session')
}

/**
 * What a person is asked on the way to a client. One that was answered goes on in the browser that answered it
 * alone: the addresses and cookies of another could have been given to it (login CSRF).
 */
export function interactions(storage: Pick<Storage, 'flow'>): Stored {
  const all = requests(storage, 'Interaction')
  return {
    ...all,
    async find(id) {
      const payload = await all.find?.(id)
      if (!payload) return undefined
      const scope = openidScope()
      const login = payload.result?.login as Login | undefined
      if (login && login.deviceId !== scope.deviceId) return undefined
      if (login) {
        scope.signedIn = login.accountId
        scope.bases.set(login.accountId, login.basis)
      }
      scope.account = login?.accountId ?? payload.session?.accountId ?? scope.account
      return payload
    },
  }
}

/** A secret is known by its hash (`openid/provider/provider.ts` compares). */
export function clients({ flow }: Pick<Storage, 'flow'>): Stored {
  return {
    async find(id) {
      const client = await flow(id).readOpenidClient(id)
      if (!client) {
        // It may publish itself.
        const removedAt = webHostOf(id) === null ? null : await flow(id).readOpenidRemoval(id)
        if (removedAt !== null) noteClient(id, removedAt)
        return undefined
      }
      const { secretHash } = client
      noteClient(id, client.registeredAt)
      return {
        ...JSON.parse(client.metadata),
        client_id: id,
        ...(secretHash !== null && { client_secret: keptSecret(secretHash) }),
      }
    },
  }
}
