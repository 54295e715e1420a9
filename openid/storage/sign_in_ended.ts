import { errors } from 'oidc-provider'
import { Refusal } from '../../base/errors.ts'

/** What the provider is told where a sign-in has ended meanwhile: that is no fault, and the client begins anew. */
export const signInEnded = () => new errors.AccessDenied('The sign-in has ended')

/** Whether that is why something was not done: as an account says it, or as the provider is told. */
export const isSignInEnded = (err: unknown) =>
  err instanceof Refusal || err instanceof errors.AccessDenied
