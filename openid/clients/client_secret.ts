import { hash as digest, randomBytes } from 'node:crypto'

const BYTES = 32

const WITH_SECRET: readonly unknown[] = ['client_secret_basic', 'client_secret_post']

/** Whether a client shows a secret, by its metadata. What it had in another way of before is given up. */
export const showsSecret = ({ token_endpoint_auth_method: method }: Record<string, unknown>) =>
  WITH_SECRET.includes(method)

/** Of a client, or a token with which it changes its registration, or registers. */
export const newClientSecret = (): string => randomBytes(BYTES).toString('base64url')

/** A secret is random, so its hash can be compared as it is. */
export function hashClientSecret(secret: string): string {
  return digest('sha256', secret, 'base64url')
}

const HASHED = 'sha256:'

/** How the provider knows the secret of a client that is kept. */
export const keptSecret = (hash: string) => HASHED + hash

/** The hash of a secret as the provider knows it: that of one which is kept, or a new one itself. */
export function hashOfKept(secret: string): string {
  return isKeptSecret(secret) ? secret.slice(HASHED.length) : hashClientSecret(secret)
}

export function isKeptSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.startsWith(HASHED)
}
