import type { ReadRequest } from '../actors/auth/app.ts'
import type { Settings } from '../base/settings/settings.ts'
import { partitionOf } from '../database/partition.ts'
import { readableElsewhere } from '../http/answers/cors.ts'
import { isPageRefusal } from '../http/answers/refuse.ts'
import { retryAfter } from '../http/answers/retry_after.ts'
import type { Answer, RequestEnvelope } from '../http/envelope.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { watchOverload } from '../http/overload.ts'
import { writeErrorPage } from '../http/page/error_page.ts'
import { asRequester, requester } from '../http/requester.ts'
import { interactionOf } from '../openid/paths.ts'
import type { KnownPdses } from '../sagas/services/known_pdses.ts'
import type { OverloadLog } from './overload_log.ts'
import { type Reading, read } from './reading.ts'
import type { FindRoute, Route } from './routes.ts'

type Parts = {
  settings: Pick<Settings, 'authActors' | 'name'>
  names: Pick<KnownPdses, 'originOf'>
  findRoute: FindRoute
  overloads: OverloadLog
}

/** How requests are read; what one asks for is decided with that. */
export function readingFor({ settings, names, findRoute, overloads }: Parts) {
  return (envelope: RequestEnvelope): ReadRequest => {
    const reading = read(envelope, names, findRoute)
    return {
      answerer: answererOf(reading, settings.authActors),
      answer: () => answer(reading, settings.name, overloads),
    }
  }
}

/** @param service what the pages call this service */
async function answer(reading: Reading, service: string, overloads: OverloadLog): Promise<Answer> {
  if (reading === 'body is needed') return { readBody: true }
  if (reading.route === null) {
    const { refusal, request } = reading
    return { ...written(refusal, request, service), route: 'none' }
  }
  const { route, request } = reading
  const answered =
    'refusal' in reading
      ? (route.refused?.(request, reading.refusal) ?? reading.refusal)
      : await asRequester(request, async () => {
          const given = await unlessOverloaded(route, request, overloads)
          const isInVain = TOKENS.includes(route.name) && requester()?.hasStoreFailed === true
          return isInVain ? { ...given, isInVain } : given
        })
  if ('passTo' in answered) return { ...answered, route: route.name }
  if (isPageRefusal(answered)) {
    return { ...written(answered, request, service), route: route.name }
  }
  const response = route.door.isForPrograms ? readableElsewhere(answered) : answered
  return { ...response, route: route.name }
}

/** Where it could not be answered because too much is asked for, it says that. */
async function unlessOverloaded(
  route: Route,
  request: HttpRequest,
  overloads: OverloadLog,
): Promise<Awaited<ReturnType<Route['answer']>>> {
  const { answer, overload } = await watchOverload(async () => route.answer(request))
  if (!overload || 'passTo' in answer || answer.status < 400) return answer
  overloads.note(overload)
  const headers = retryAfter(overload.retryAfter)
  const { tooMany, busy } = route.door
  const refusal = overload.by === 'client' ? tooMany(headers) : busy(headers)
  return route.refused?.(request, refusal) ?? refusal
}

/** A refusal as the one who asked reads it. @param request null for one that cannot be read */
function written(refusal: HttpResponse, request: HttpRequest | null, service: string) {
  return isPageRefusal(refusal)
    ? writeErrorPage(refusal, service, request)
    : readableElsewhere(refusal)
}

/** The routes where codes and refresh tokens are exchanged. */
const TOKENS = ['token', 'openid token']

/**
 * The number of the auth actor that answers, or null where any may. All that is asked of one code or of one consent comes to
 * the one that keeps it, so that one request is finished before the next begins.
 */
function answererOf(reading: Reading, of: number): number | null {
  if (of === 1 || reading === 'body is needed' || 'refusal' in reading) return null
  const { route, request } = reading
  const id = ONE_AFTER_ANOTHER[route.name]?.(request)
  return id ? partitionOf(id, of) : null
}

/** Ids of what is asked for one after another, by the names of routes. */
const ONE_AFTER_ANOTHER: Readonly<
  Record<string, (request: HttpRequest) => string | null | undefined>
> = {
  ...Object.fromEntries(TOKENS.map((name) => [name, (request) => request.parameter('code')])),
  consent: ({ url }) => url.searchParams.get('request_uri')?.split(':').at(-1),
  'openid page': ({ method, url }) => (method === 'POST' ? interactionOf(url.pathname) : null),
}
