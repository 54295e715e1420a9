import type { z } from 'zod'
import type { LimitsInForce } from '../actors/auth/limits_in_force.ts'
import type { OperatorGround } from '../database/directory/operator_session.ts'
import type { ActingOperator } from '../sagas/operators.ts'
import type { Services } from '../sagas/services/services.ts'

/** A protected resource of OpenID. `registeredAt` is milliseconds since the epoch. */
type Resource = {
  address: string
  name: string | null
  scopes: string[]
  /** How its tokens are signed. */
  alg: string
  registeredAt: number
}

/** A client that is registered. `registeredAt` is milliseconds since the epoch. */
type Client = { id: string; metadata: Record<string, unknown>; registeredAt: number }

type OpenidClient = Client & { hasSecret: boolean; isSelfRegistered: boolean }

/** What is registered by an id takes the place of what was. */
type Put = { isNew: boolean }

/** What every command is given. */
export type OperatorContext = {
  services: Services
  /** Who gives the command. */
  by: ActingOperator
  /** What that rests on; null on the command line. */
  ground: OperatorGround | null
  /** Rate limits that are in force now. */
  limits: LimitsInForce
  /** OAuth clients that have no metadata URL (`oauth/clients/registration.ts`). */
  clients: {
    /** @throws {Refusal} InvalidRequest */
    register(id: string, metadata: Record<string, unknown>): Promise<Put>
    /** In the order of their ids; `next` is the `after` of the next page. */
    list(after: string, limit: number): Promise<{ clients: Client[]; next: string | null }>
    find(id: string): Promise<Client | null>
    remove(id: string): Promise<void>
  }
  /** OpenID clients, and the keys of that provider (`openid/operator.ts`). */
  openid: {
    /** @returns the secret, which is not kept @throws {Refusal} InvalidRequest */
    register(
      id: string,
      metadata: Record<string, unknown>,
    ): Promise<Put & { secret: string | null }>
    list(after: string, limit: number): Promise<{ clients: OpenidClient[]; next: string | null }>
    find(id: string): Promise<OpenidClient | null>
    /** Tokens by which clients register themselves; times are milliseconds. */
    tokens: {
      /** @param lasts ms @returns the token, which is not kept */
      add(name: string, lasts: number): Promise<{ token: string }>
      list(): Promise<{ name: string; createdAt: number; expiresAt: number }[]>
      remove(name: string): Promise<void>
    }
    /** @returns the new secret @throws {Refusal} InvalidRequest */
    rotateSecret(id: string): Promise<{ secret: string }>
    remove(id: string): Promise<void>
    /** @param isAtOnce whether the keys of before are forgotten */
    rotateKeys(isAtOnce: boolean): Promise<void>
    readonly issuer: string
    /** Addresses of the provider's endpoints. */
    readonly endpoints: Record<
      | 'authorization'
      | 'token'
      | 'userinfo'
      | 'jwks'
      | 'introspection'
      | 'device'
      | 'endSession'
      | 'registration',
      string
    >
    /** Protected resources (`openid/resources/resource_operator.ts`). */
    readonly resources: {
      /** @throws {Refusal} InvalidRequest */
      register(address: string, given: Omit<Resource, 'address' | 'registeredAt'>): Promise<Put>
      list(): Promise<Resource[]>
      find(address: string): Promise<Resource | null>
      remove(address: string): Promise<void>
    }
  }
}

/** One thing the operator can ask the running program to do. */
export type Command<I extends z.ZodType = z.ZodType, O = unknown> = {
  input: I
  run(context: OperatorContext, input: z.output<I>): Promise<O>
}

export function command<I extends z.ZodType, O>(
  input: I,
  run: (context: OperatorContext, input: z.output<I>) => Promise<O>,
): Command<I, O> {
  return { input, run }
}
