import { html } from 'hono/html'

/** What an app is told of the issuer, and of itself there. */
type OpenidSettings = { issuer: string; id: string; secret: string }

/** A web app that signs people in with a library of its own. */
export type OpenidApp = {
  /** Path to which the issuer sends them back. */
  callback: string
  /** @param url its origin @returns what answers its requests */
  make(
    url: string,
    settings: OpenidSettings,
  ): { fetch(request: Request): Response | Promise<Response> }
}

/** Its page. @param person null where nobody is signed in */
export function pageFor(
  person: { name: string; email: string } | null,
  { signIn, signOut }: { signIn: string; signOut: string },
) {
  if (!person) return html`<!doctype html><a href="${signIn}">Sign in</a>`
  const { name, email } = person
  return html`<!doctype html><p>${name}</p><p>${email}</p><a href="${signOut}">Sign out</a>`
}
