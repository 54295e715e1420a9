import type { AtpBaseClient } from '@atproto/api'
import type { AuthResult, MethodAuthContext, Server } from '@atproto/xrpc-server'
import { Refusal } from '../base/errors.ts'
import { FOR_CALLER } from '../http/answers/private_answer.ts'
import { noteAttempt } from '../http/attempt.ts'
import { preferredLanguage } from '../http/language.ts'
import type { Services } from '../sagas/services/services.ts'
import type { LegacyTokens } from '../tokens/legacy_tokens.ts'
import { type Act, keepingAct } from './acts.ts'
import { noteFault, toXrpcError } from './errors.ts'
import { assertAsWritten, emptyIsAbsent } from './members.ts'

type Api = AtpBaseClient['com']['atproto']
type Group = 'admin' | 'identity' | 'server' | 'temp'

/** The lexicon methods that an entryway may answer. */
export type Nsid = {
  [G in Group]: `com.atproto.${G}.${Exclude<Extract<keyof Api[G], string>, '_client'>}`
}[Group]

/** A method as the lexicons' client has it. */
type ClientCall<N extends Nsid> = N extends `com.atproto.${infer G extends Group}.${infer M}`
  ? M extends keyof Api[G]
    ? Api[G][M] extends (...args: infer Args) => Promise<infer Result>
      ? { args: Args; result: Result }
      : never
    : never
  : never

type Argument<N extends Nsid> = NonNullable<ClientCall<N>['args'][0]>
/** Only the calls of procedures can carry parameters beside their input. */
type IsProcedure<N extends Nsid> = 'qp' extends keyof NonNullable<ClientCall<N>['args'][1]>
  ? true
  : false

type Input<N extends Nsid> = IsProcedure<N> extends true ? Argument<N> : undefined
type Params<N extends Nsid> = IsProcedure<N> extends true ? Record<string, never> : Argument<N>
type Answer<N extends Nsid> = ClientCall<N>['result'] extends { data: infer Data }
  ? Promise<Data>
  : Promise<void>

/** What every method is given. */
export type MethodContext = { services: Services; tokens: LegacyTokens }

/** The request that is to be authorised. */
export type Call = Pick<MethodAuthContext, 'req' | 'res'>

/** Says who calls. @throws {XRPCError | Refusal} when the caller may not */
export type Verifier<Credentials> = (call: Call, context: MethodContext) => Promise<Credentials>

/** A method of this entryway. */
export type Method = {
  nsid: Nsid
  /** The member of the input by which calls are limited. */
  account?: string
  /** Whether it asks who calls. */
  isForCaller: boolean
  addTo(server: Server, context: MethodContext): void
}

/**
 * Defines a method; the types of its input, parameters and output are those of its lexicon. This
 * program's errors become XRPC errors on the way out.
 */
export function method<N extends Nsid, Credentials = null>(
  nsid: N,
  config: {
    /** The member of the input by which calls are limited: the account that it names. */
    account?: keyof Input<N> & string
    auth?: Verifier<Credentials>
    /** What an administrator does with it; null where none does. */
    act?: (call: { input: Input<N>; credentials: Credentials }) => Act | null
    handler: (
      call: {
        input: Input<N>
        params: Params<N>
        credentials: Credentials
        /** The client's address. */
        address: string
        /** The language the client prefers, as a BCP 47 tag. */
        locale: string | undefined
      },
      context: MethodContext,
    ) => Answer<N>
  },
): Method {
  const { account, auth, act, handler } = config
  const withoutEmpty = emptyIsAbsent(nsid)
  const assertWell = assertAsWritten(nsid)
  return {
    nsid,
    isForCaller: auth !== undefined,
    ...(account && { account }),
    addTo: (server, context) => {
      const refuse = (err: unknown): never => {
        noteFault(context.services.log, nsid, err)
        return toXrpcError(err)
      }
      /** The same, with when to ask again where it says that. */
      const later = (res: Call['res'], err: unknown): never => {
        const wait = err instanceof Refusal && err.detail.retryAfter
        if (wait) res.setHeader('Retry-After', String(wait))
        return refuse(err)
      }
      server.method(nsid, {
        ...(auth && {
          auth: async (call): Promise<AuthResult> => {
            // The answer is for this caller only, also where it is a refusal.
            for (const [name, value] of Object.entries(FOR_CALLER)) call.res.setHeader(name, value)
            return { credentials: await auth(call, context).catch((err) => later(call.res, err)) }
          },
        }),
        handler: async ({ input, params, auth: verified, req, res }) => {
          assertWell(req.url, input?.body)
          const call = {
            input: (input && withoutEmpty(input.body as Record<string, unknown>)) as Input<N>,
            params: (params && withoutEmpty(params)) as Params<N>,
            credentials: (verified ? verified.credentials : null) as Credentials,
            address: req.socket.remoteAddress ?? '',
            get locale() {
              return preferredLanguage(req.headers['accept-language'])
            },
          }
          noteAttempt()
          const work = (services: Services) => handler(call, { ...context, services })
          const acting = act?.(call) ?? null
          const answered = acting
            ? keepingAct(context.services, nsid, acting, work)
            : handler(call, context)
          const body = await answered.catch((err) => later(res, err))
          return body === undefined ? undefined : { encoding: 'application/json', body }
        },
      })
    },
  }
}
