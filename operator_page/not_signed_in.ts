import { html } from 'hono/html'
import { MINUTE, OPERATOR_LINK } from '../base/lifetimes.ts'
import type { HttpResponse } from '../http/message.ts'
import { OPERATOR_LINK_FORM } from '../operator/paths.ts'
import { writeOutside } from './layout.ts'
import { operatorEntrance } from './way_back.ts'

/** Who is not in, and wants to be. */
type Outsider = {
  /** To which page they come then. */
  page: string
  /** Whether they were in before. */
  isOver: boolean
  /** Whether they have sent a form, and what was done of it, as far as that is known. */
  sent: 'none' | 'undone' | 'unknown'
}

/**
 * For who is not in. The way is a link, not a redirect: a browser that was led here by another site shows the
 * session only once it goes on from here.
 */
export function signInPage(service: string, { page, isOver, sent }: Outsider): HttpResponse {
  const said = [isOver && 'You were signed out.', SENT[sent]].filter(Boolean).join(' ')
  return writeOutside(service, {
    title: "The operator's page",
    status: sent === 'none' ? 200 : 403,
    content: html`${said && html`<p class="notice" role="status">${said}</p>`}
      <p>Sign in with an account that is an operator here. It needs a passkey or a second factor.</p>
      <p><a class="button primary" href="${operatorEntrance(page)}">Sign in</a></p>
      <p class="quiet">No such account yet? On the machine of the program, <code>vestibule operator link</code> prints a link that lets you in once, and <code>vestibule operator add</code> names an account.</p>`,
  })
}

const SENT: Record<Outsider['sent'], string> = {
  none: '',
  undone: 'Nothing was done of what you sent: sign in, look at it and send it again.',
  unknown:
    'Whether what you sent was done is not known: sign in, and look before you send it again.',
}

/** @param name of the account, as people read it @param another where they sign in with another one */
export function noOperatorPage(service: string, name: string, another: string): HttpResponse {
  return writeOutside(service, {
    title: 'Not an operator',
    status: 403,
    content: html`<p>You are signed in as ${name}, which is no operator of this service.</p>
      <p>On the machine of the program, <code>vestibule operator add ${name}</code> makes it one.</p>
      <p><a class="button" href="${another}">Sign in as somebody else</a></p>`,
  })
}

/** @param name of the account, as people read it @param security where they add one */
export function noFactorPage(service: string, name: string, security: string): HttpResponse {
  return writeOutside(service, {
    title: 'A second factor is needed',
    status: 403,
    content: html`<p>${name} signs in with a password alone. The operator's page asks for a passkey or a second factor.</p>
      <p>Add one on the security page of the account, then sign in here again.</p>
      <p><a class="button primary" href="${security}">Security page</a></p>`,
  })
}

/** Its button spends the link, not opening it: browsers open links ahead. */
export function linkPage(service: string, link: string): HttpResponse {
  return writeOutside(service, {
    title: "The operator's page",
    content: html`<p>This link lets you in once. Everything you do is noted as done by a link.</p>
      <form method="post" action="${OPERATOR_LINK_FORM}"><input type="hidden" name="link" value="${link}"><button class="primary">Go in</button></form>`,
  })
}

export function linkOverPage(service: string): HttpResponse {
  return writeOutside(service, {
    title: 'This link does not work',
    status: 400,
    content: html`<p>It was used already, is older than ${OPERATOR_LINK / MINUTE} minutes, or is not complete.</p>
      <p><code>vestibule operator link</code> prints a new one.</p>`,
  })
}
