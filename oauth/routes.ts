import type { HttpRequest } from '../http/message.ts'
import { pageApiDoor } from '../http/routes/door.ts'
import type { BodyKind, RouteShape } from '../http/routes/route.ts'
import { documentRoute, endpointRoute, formRoute, pageRoute } from '../http/routes/route_shapes.ts'
import {
  ACCOUNT,
  ACTIONS,
  type Action,
  AUTHORIZE,
  formPath,
  PAGE_API,
  PAR,
  REVOKE,
  SCRIPTS,
  SIGN_OUT_FORM,
  SIGN_OUT_PAGE,
  TOKEN,
} from './paths.ts'
import {
  SECURITY,
  SECURITY_ACTIONS,
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  SECURITY_TASKS,
  securityForm,
  securityTask,
} from './security_paths.ts'

/** Calls that carry nothing but who asks. */
const PAGE_QUERIES = ['device-sessions', 'oauth-sessions', 'account-sessions']

const PAGE_COMMANDS = [
  'verify-handle-availability',
  'sign-up',
  'sign-in',
  'sign-out',
  'reset-password-request',
  'reset-password-confirm',
  'update-email-request',
  'update-email-confirm',
  'verify-email-request',
  'verify-email-confirm',
  'update-handle',
  'deactivate-account',
  'reactivate-account',
  'delete-account-request',
  'delete-account-confirm',
  'revoke-account-session',
  'revoke-oauth-session',
  'consent',
  'reject',
]

/** How the pages name the account in the calls that are limited by it. */
const PAGE_CALL_ACCOUNT: Record<string, string> = {
  'sign-in': 'username',
  'reset-password-request': 'email',
  'delete-account-confirm': 'did',
}

function pageCall(endpoint: string, method: string, body: BodyKind): RouteShape {
  const account = PAGE_CALL_ACCOUNT[endpoint]
  return {
    name: `~api/${endpoint}`,
    path: `${PAGE_API}/${endpoint}`,
    methods: [method],
    body,
    ...(account && { account }),
    door: pageApiDoor,
  }
}

const endpoint = (name: string, path: string): RouteShape => ({
  ...endpointRoute(name, path),
  body: 'form or json',
})

const document = (name: string, path: string): RouteShape => ({
  ...documentRoute(name, path),
  methods: ['GET', 'OPTIONS'],
})

/** A form of a sign-in, on the account page and for an app's request. */
const form = (name: Action, path: string): RouteShape => ({
  ...formRoute(name, path),
  ...(FORM_ACCOUNT[name] && { account: FORM_ACCOUNT[name] }),
  ...(name === 'sign-in' && { isUnnamed: hasPasskey }),
})

type Body = Pick<HttpRequest, 'parameter'>

const hasPasskey = (body: Body) => Boolean(body.parameter('passkey')?.trim())

/** A proof by a passkey, or one that is asked for. Nothing else that the body has is judged then. */
const isByPasskey = (body: Body) => hasPasskey(body) || body.parameter('with') === 'passkey'

const FORM_ACCOUNT: Partial<Record<Action, string>> = {
  'sign-in': 'username',
  'reset-password': 'email',
}

export const METADATA = document('metadata', '/.well-known/oauth-authorization-server')
export const JWKS = document('jwks', '/oauth/jwks')

/** Every endpoint of the provider, which finds none but these. */
export const providerRoutes: readonly RouteShape[] = [
  METADATA,
  JWKS,
  endpoint('par', PAR),
  endpoint('token', TOKEN),
  endpoint('revoke', REVOKE),
  ...PAGE_COMMANDS.map((endpoint) => pageCall(endpoint, 'POST', 'json')),
  ...PAGE_QUERIES.map((endpoint) => pageCall(endpoint, 'GET', 'none')),
  pageRoute('authorize', AUTHORIZE),
  pageRoute('authorize/redirect', `${AUTHORIZE}/redirect`),
  ...ACTIONS.flatMap((name) => [
    form(name, formPath(AUTHORIZE, name)),
    form(name, formPath(ACCOUNT, name)),
  ]),
  pageRoute('account', ACCOUNT),
  pageRoute('account', `${ACCOUNT}/`),
  pageRoute('security', SECURITY),
  pageRoute('security', SECURITY_SESSIONS),
  pageRoute('security', SECURITY_ACTIVITY),
  ...SECURITY_TASKS.map((task) => pageRoute('security', securityTask(task))),
  ...SECURITY_ACTIONS.map(
    (action): RouteShape => ({
      ...formRoute(action === 'prove' ? 'security proof' : 'security form', securityForm(action)),
      ...(action === 'prove' && { account: 'username', isUnnamed: isByPasskey }),
    }),
  ),
  pageRoute('sign-out link', SIGN_OUT_PAGE),
  formRoute('sign-out form', SIGN_OUT_FORM),
  pageRoute('change-password', '/.well-known/change-password'),
  pageRoute('assets', SCRIPTS),
  pageRoute('assets', '/@atproto/oauth-provider/~assets/'),
]
