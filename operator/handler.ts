import { isSameSecret } from '../base/secrets/same_secret.ts'
import { takesCommands } from '../base/values/loopback.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  readJson,
} from '../http/message.ts'
import { COMMAND_LINE } from '../sagas/operators.ts'
import type { OperatorContext } from './command.ts'
import { isCommand, run } from './run.ts'
import { UNKNOWN_COMMAND } from './unknown_command.ts'

/** The operator's API: `POST /_operator/<command>` with a JSON object, answered in JSON. */
export const OPERATOR_PATH = '/_operator/'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1)$/

/**
 * Whether a request is the operator's: from this machine and to it, not through a proxy, and with the
 * token that only a process that can read the secrets can make. For all others this path does not
 * exist.
 */
export function isOperators(request: HttpRequest, token: string): boolean {
  const { method, url, headers, peer } = request
  if (!url.pathname.startsWith(OPERATOR_PATH) || method !== 'POST') return false
  const { address, viaProxy } = peer
  const given = headers.get('authorization') ?? ''
  return (
    LOOPBACK.test(address) &&
    // A proxy that says nothing of itself still keeps the public host, or a browser's page has its own.
    takesCommands((headers.get('host') ?? 'localhost').replace(/:\d+$/, '')) &&
    !viaProxy &&
    isSameSecret(given, `Bearer ${token}`)
  )
}

export function createOperatorHandler(given: Omit<OperatorContext, 'by' | 'ground'>): HttpHandler {
  const context = { ...given, by: COMMAND_LINE, ground: null }
  return async (request) => {
    const name = request.url.pathname.slice(OPERATOR_PATH.length)
    if (!isCommand(name)) return refuse(404, UNKNOWN_COMMAND, `No command ${name}`)
    const ran = await run(context, name, inputOf(request))
    if ('value' in ran) return jsonResponse(ran.value)
    const { status, error, message } = ran.refusal
    return refuse(status, error, message)
  }
}

/** @returns undefined where the body is no JSON */
function inputOf(request: HttpRequest): unknown {
  try {
    return readJson(request)
  } catch {
    return undefined
  }
}

function refuse(status: number, error: string, message: string): HttpResponse {
  return jsonResponse({ error, message }, { status, headers: { 'cache-control': 'no-store' } })
}
