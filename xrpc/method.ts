import type { MethodAuthVerifier, MethodConfig, Server } from '@atproto/xrpc-server'
import type { Services } from '../actors/services.ts'
import type { Auth } from './auth.ts'
import { toXrpcError } from './errors.ts'

/** What every method file is given. */
export type MethodContext = { services: Services; auth: Auth }

/** A method file's default export: it adds its lexicon method to the server. */
export type AddMethod = (server: Server, context: MethodContext) => void

/**
 * Adds a method whose input and output the lexicon describes; this program's errors become XRPC
 * errors on the way out.
 */
export function add<
  Output,
  Input = never,
  Params extends Record<string, unknown> = Record<string, never>,
  A = undefined,
>(
  server: Server,
  nsid: string,
  config: {
    auth?: (call: Parameters<MethodAuthVerifier>[0]) => Promise<A>
    handler: (call: {
      input: Input
      params: Params
      auth: A
      /** The client's address. */
      address: string
      req: Parameters<MethodConfig['handler']>[0]['req']
    }) => Promise<Output>
  },
): void {
  server.method(nsid, {
    ...(config.auth ? { auth: config.auth as never } : {}),
    handler: async ({ input, params, auth, req }) => {
      const body = await config
        .handler({
          input: (input as { body: Input } | undefined)?.body as Input,
          params: params as Params,
          auth: auth as A,
          address: req.socket.remoteAddress ?? '',
          req,
        })
        .catch(toXrpcError)
      return body === undefined ? undefined : { encoding: 'application/json', body }
    },
  } as MethodConfig)
}
