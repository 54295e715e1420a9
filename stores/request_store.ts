import { InvalidRequestError } from '@atproto/oauth-provider/errors'
import type { RequestData, RequestStore } from '@atproto/oauth-provider/store'
import { askEach, type Flow } from '../actors/auth/flow.ts'
import type { Actors } from '../actors/reach.ts'
import { SIGN_IN_STEP } from '../base/lifetimes.ts'
import type { AuthorizationRequest } from '../database/flow/authorization_request.ts'
import { receivedAt, requester } from '../http/requester.ts'
import { asOAuth } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'

/** Authorization requests: until they are granted by their id, then by their code. */
export function createRequestStore(flow: Flow, { account }: Pick<Actors, 'account'>): RequestStore {
  return {
    async createRequest(id, data) {
      await flow(id).insertRequest({
        id,
        clientId: data.clientId,
        clientAuth: data.clientAuth && JSON.stringify(data.clientAuth),
        parameters: JSON.stringify({
          ...data.parameters,
          ...{ [ASKED]: undefined, [GIVEN_AT]: undefined },
        }),
        expiresAt: data.expiresAt.getTime(),
        deviceId: data.deviceId,
        did: data.did,
      })
    },

    async readRequest(id) {
      const row = await flow(id).readRequest(id)
      if (!row) requestScope().missSignIn()
      const data = row && toRequestData(row, null)
      requestScope().request = row && {
        id,
        parameters: row.parameters,
        askedFor: askedFor(row.parameters),
      }
      return data
    },

    updateRequest: (id, { code, ...data }) =>
      asOAuth(async () => {
        const change = {
          ...(data.did ? { did: data.did } : {}),
          ...(data.deviceId ? { deviceId: data.deviceId } : {}),
          ...(data.expiresAt ? { expiresAt: data.expiresAt.getTime() } : {}),
          ...(data.parameters ? { parameters: written(data.parameters) } : {}),
        }
        if (!code) return flow(id).updateRequest(id, change)
        const scope = requestScope()
        const { generation } = scope.signInOf(data.did ?? '')
        const request = await flow(id).takeRequest(id)
        if (!request) throw new InvalidRequestError('This request was already authorized')
        // Narrowed in another tab since it was read.
        if (request.parameters !== scope.request?.parameters) {
          throw new InvalidRequestError('This request has changed')
        }
        try {
          const granted = data.parameters?.scope
          if (data.did && granted !== undefined && granted !== scope.request?.askedFor) {
            scope.narrowedFor = request.clientId
            await account(data.did).forgetConsent(request.clientId)
          }
          const parameters = dated(change.parameters ?? request.parameters)
          await flow(code).insertRequest({ ...request, ...change, parameters, code, generation })
        } catch (err) {
          // It was not granted, and may be when the person tries again.
          await Promise.allSettled([flow(id).insertRequest(request)])
          throw err
        }
      }),

    /** Not where a store failed while a person decided: they may try again. */
    async deleteRequest(id) {
      const isToBeTriedAgain = requestScope().fault !== null && requester()?.isPost === true
      if (!isToBeTriedAgain) await flow(id).deleteRequest(id)
    },

    async consumeRequestCode(code) {
      const row = await flow(code).consumeRequestByCode(code)
      const generation = row?.generation ?? null
      if (row && generation !== null) {
        const consent = { clientId: row.clientId, at: givenAt(row.parameters) }
        requestScope().presentCode({ generation, consent })
      }
      return row && { requestId: row.id as `req-${string}`, data: toRequestData(row, code) }
    },
  }
}

/** Beside the parameters of a request that was narrowed, what its app asked for. */
const ASKED = 'asked_scope'

function askedFor(parameters: string): string | null {
  const { scope = null, [ASKED]: asked = scope } = JSON.parse(parameters)
  return asked
}

/** Beside those of a request that was granted, when the gateway received what granted it, ms. */
const GIVEN_AT = 'given_at'

const dated = (parameters: string): string =>
  JSON.stringify({ ...JSON.parse(parameters), [GIVEN_AT]: receivedAt() ?? Date.now() })

/** @returns 0 where it was granted before that was kept */
const givenAt = (parameters: string): number => JSON.parse(parameters)[GIVEN_AT] ?? 0

/** Parameters of the request that was read last, of which a person may have taken something. */
function written(parameters: { scope?: string | undefined }): string {
  const asked = requestScope().request?.askedFor ?? parameters.scope
  return JSON.stringify({ ...parameters, ...(parameters.scope !== asked && { [ASKED]: asked }) })
}

/**
 * How to make the request that was read last one for less, before anybody consents to it. It can be made one
 * for more again, up to what its app asked for.
 *
 * @returns a function of a part of that
 */
export function narrowingRequests(flow: Flow) {
  return async (scope: string): Promise<void> => {
    const { request } = requestScope()
    if (!request) throw new InvalidRequestError('There is no such request')
    const { [ASKED]: _, ...parameters } = JSON.parse(request.parameters)
    await flow(request.id).updateRequest(request.id, {
      parameters: written({ ...parameters, scope }),
    })
  }
}

/**
 * How to keep the request that was read last for as long as a code is good that was mailed for its sign-in: a mail may
 * take longer than a person who does nothing. Outside of an app's sign-in there is none to be kept.
 */
export function keepingRequests(flow: Flow) {
  return async (): Promise<void> => {
    const id = requestScope().request?.id
    if (id !== undefined) await flow(id).updateRequest(id, { expiresAt: Date.now() + SIGN_IN_STEP })
  }
}

/**
 * How to open a request anew that was granted in this browser, as long as its code was not exchanged: the person has
 * pressed twice, or the answer was lost. That code is good no more, so that a request still gives one.
 *
 * @param partitions over how many auth actors codes are spread
 */
export function reopeningRequests(flow: Flow, partitions: number) {
  return async (requestUri: string, granted: { did: string; deviceId: string }): Promise<void> => {
    const id = requestUri.slice(requestUri.lastIndexOf(':') + 1)
    const found = await flow(id).readRequest(id)
    const isOpen = found !== null && found.did === null
    if (isOpen) return
    // It is open again as soon as it is found, also where another auth actor is away.
    await askEach(flow, partitions, async (owner) => {
      const request = await owner.takeGranted(id, granted)
      if (request) await flow(id).insertRequest({ ...request, did: null, generation: null })
    })
  }
}

/** Only the hash of the code is stored; the request that consumes the code has just presented it. */
function toRequestData(row: AuthorizationRequest, code: RequestData['code']): RequestData {
  const { [ASKED]: _, [GIVEN_AT]: __, ...parameters } = JSON.parse(row.parameters)
  return {
    clientId: row.clientId,
    clientAuth: row.clientAuth === null ? null : JSON.parse(row.clientAuth),
    parameters,
    expiresAt: new Date(row.expiresAt),
    deviceId: row.deviceId as RequestData['deviceId'],
    did: row.did as RequestData['did'],
    code,
  }
}
