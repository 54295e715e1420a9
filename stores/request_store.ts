import type { RequestData, RequestStore } from '@atproto/oauth-provider/store'
import { requestScope } from './request_scope.ts'
import type { Db } from './sql/database.ts'
import { durable } from './sql/durable.ts'
import * as requests from './sql/flow/authorization_request.ts'

/** Authorization requests, in the auth actor's own database. */
export function createRequestStore(db: Db): RequestStore {
  return {
    createRequest(id, data) {
      requests.insertRequest(db, {
        id,
        clientId: data.clientId,
        clientAuth: data.clientAuth && JSON.stringify(data.clientAuth),
        parameters: JSON.stringify(data.parameters),
        expiresAt: data.expiresAt.getTime(),
        deviceId: data.deviceId,
        did: data.did,
      })
    },

    readRequest(id) {
      const row = requests.readRequest(db, id)
      return row && toRequestData(row, null)
    },

    updateRequest(id, data) {
      requests.updateRequest(db, id, {
        ...(data.did ? { did: data.did } : {}),
        ...(data.code ? { code: data.code, authorizedAt: Date.now() } : {}),
        ...(data.deviceId ? { deviceId: data.deviceId } : {}),
        ...(data.expiresAt ? { expiresAt: data.expiresAt.getTime() } : {}),
        ...(data.parameters ? { parameters: JSON.stringify(data.parameters) } : {}),
      })
    },

    deleteRequest(id) {
      requests.deleteRequest(db, id)
    },

    async consumeRequestCode(code) {
      const row = requests.consumeRequestByCode(db, code)
      // A code that was spent once never comes back: kept before a token is made of it.
      await durable(db)
      if (row?.authorizedAt) requestScope().authorizedAt = row.authorizedAt
      return row && { requestId: row.id as `req-${string}`, data: toRequestData(row, code) }
    },
  }
}

/** The code itself is not stored, only its hash; whoever consumes it has just presented it. */
function toRequestData(row: requests.AuthorizationRequest, code: RequestData['code']): RequestData {
  return {
    clientId: row.clientId,
    clientAuth: row.clientAuth === null ? null : JSON.parse(row.clientAuth),
    parameters: JSON.parse(row.parameters),
    expiresAt: new Date(row.expiresAt),
    deviceId: row.deviceId as RequestData['deviceId'],
    did: row.did as RequestData['did'],
    code,
  }
}
