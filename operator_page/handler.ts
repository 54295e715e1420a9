import { Refusal } from '../base/errors.ts'
import { pageRefusal } from '../http/answers/refuse.ts'
import { noteAttempt } from '../http/attempt.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  withCookies,
} from '../http/message.ts'
import { createCopyScript } from '../http/page/copy.ts'
import { copyScriptPath, OPERATOR_ENTRANCE } from '../oauth/paths.ts'
import type { EntrywayProvider } from '../oauth/provider/entryway_provider.ts'
import { noSignInCookies } from '../oauth/sign_in/cookies/signed_in.ts'
import { refuseForeignForm } from '../oauth/sign_in/own_form.ts'
import { goOn } from '../oauth/sign_in/post.ts'
import type { OperatorContext } from '../operator/command.ts'
import {
  OPERATOR_COMMANDS,
  OPERATOR_DO,
  OPERATOR_LINK_FORM,
  OPERATOR_LINK_PAGE,
  OPERATOR_PAGE,
  OPERATOR_SIGN_OUT,
} from '../operator/paths.ts'
import { enterByLink, findOperatorSession, trailNameOf } from '../sagas/operators.ts'
import { guarding } from '../stores/device_cookies.ts'
import { inRequestScope } from '../stores/request_scope.ts'
import { answerCommand, showCommands, showFilled } from './commands.ts'
import { enter } from './entrance.ts'
import { OperatorForms } from './forms.ts'
import { linkOverPage, linkPage, signInPage } from './not_signed_in.ts'
import { showOverview } from './overview.ts'
import { noSessionCookie, readSession, sessionCookie } from './session_cookie.ts'
import type { Visitor } from './visitor.ts'
import { pageOf } from './way_back.ts'

/** What is said to a form of another session of the page, such as one before a sign-in anew. */
const STALE = {
  alert: 'The page was open for too long, so nothing was done. Look at it and send it again.',
  status: 400,
}

/** The operator's page: the way in, and what is behind it. */
export function createOperatorPage(
  oauth: EntrywayProvider,
  context: Omit<OperatorContext, 'by' | 'ground'>,
): HttpHandler {
  const { services } = context
  const { settings, log } = services
  const { name: service, publicUrl } = settings
  const copyScript = createCopyScript(copyScriptPath, publicUrl)
  const forms = new OperatorForms(services.secrets.seal)
  const guard = guarding(settings)

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    const { pathname, searchParams } = request.url
    if (pathname === OPERATOR_ENTRANCE) return guard(await enter(oauth, services, request))
    if (pathname === OPERATOR_LINK_PAGE) return linkPage(service, searchParams.get('link') ?? '')
    if (request.method === 'POST') {
      const refusal = refuseForeignForm(request, publicUrl, OPERATOR_PAGE)
      if (refusal) return refusal
    }
    if (pathname === OPERATOR_LINK_FORM) return openByLink(request)
    const secret = readSession(request)
    const session = secret === undefined ? null : await findOperatorSession(services, secret)
    if (secret === undefined || session === null) {
      return outside(request, { isOver: secret !== undefined, done: 'undone' })
    }
    const by = { operator: trailNameOf(session), operatorAddress: request.peer.address }
    const sealed = forms.write(secret)
    const given = { ...context, by, ground: session.ground }
    const visitor = { request, session, context: given, sealed, copyScript }
    if (request.method !== 'POST') return show(visitor)
    if (!forms.isOurs(secret, request.parameter('form'))) {
      return pathname.startsWith(OPERATOR_DO)
        ? showFilled(visitor, STALE)
        : showOverview(visitor, STALE)
    }
    return pathname === OPERATOR_SIGN_OUT ? signOut(secret) : show(visitor)
  }

  async function show(visitor: Visitor): Promise<HttpResponse> {
    const { pathname } = visitor.request.url
    if (pathname === OPERATOR_COMMANDS) return showCommands(visitor)
    return pathname.startsWith(OPERATOR_DO) ? answerCommand(visitor) : showOverview(visitor)
  }

  /** @param done of a form, if one was sent */
  function outside(
    request: HttpRequest,
    { isOver, done }: { isOver: boolean; done: 'undone' | 'unknown' },
  ): HttpResponse {
    const sent = request.method === 'POST' ? done : 'none'
    const page = signInPage(service, {
      page: pageOf(services.secrets.seal, request),
      isOver,
      sent,
    })
    return isOver ? withCookies(page, [noSessionCookie(publicUrl)]) : page
  }

  async function openByLink(request: HttpRequest): Promise<HttpResponse> {
    noteAttempt()
    const secret = await enterByLink(services, request.parameter('link') ?? '')
    if (secret === null) return linkOverPage(service)
    log.info({ address: request.peer.address }, "the operator's page was opened by a link")
    return goOn(OPERATOR_PAGE, [sessionCookie(secret, publicUrl)])
  }

  /** Nor does the sign-in that it began with lead back in. */
  async function signOut(secret: string): Promise<HttpResponse> {
    await services.actors.directory.endOperatorSession(secret)
    return goOn(OPERATOR_PAGE, [noSessionCookie(publicUrl), ...noSignInCookies(publicUrl)])
  }

  return (request) =>
    inRequestScope(async (scope) => {
      try {
        const response = await answer(request)
        if (!scope.fault) return response
        throw scope.fault.cause
      } catch (err) {
        if (err instanceof Refusal) return outside(request, { isOver: true, done: 'unknown' })
        log.error({ err }, "the operator's page failed")
        return pageRefusal(503, { obstacle: 'server' })
      }
    })
}
