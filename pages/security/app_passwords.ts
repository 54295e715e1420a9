import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { Html } from '../../http/page/document.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { SecurityTexts } from './texts.ts'
import { time } from './time.ts'

/** An app password as its person sees it. Times are milliseconds since the epoch. */
type AppPasswordItem = {
  name: string
  privileged: boolean
  createdAt: number
  usedAt: number | null
}

export type AppPasswordsPart = {
  language: PageLanguage
  appPasswords: readonly AppPasswordItem[]
  /** The one that was just made. */
  made: { name: string; password: string } | undefined
  sealed: string
  makeAppPassword: string
  revokeAppPassword: string
}

/** The app passwords, as a part of the page. */
export function appPasswordsPart(texts: SecurityTexts, part: AppPasswordsPart): Html {
  const { appPasswords, made, makeAppPassword } = part
  return html`<h2>${texts.appPasswords}</h2>
      <p class="quiet">${texts.appPasswordsLead}</p>
      ${made && html`<div class="notice" role="status"><p>${texts.made(made.name)}</p><p><code>${made.password}</code></p><p>${texts.madeOnce}</p></div>`}
      <ul class="list">${appPasswords.map((each, i) => itemOf(texts, part, each, `app-password-${i}`))}</ul>
      <a class="button wide" href="${makeAppPassword}">${texts.make}</a>`
}

function itemOf(
  texts: SecurityTexts,
  { language, sealed, revokeAppPassword }: AppPasswordsPart,
  { name, privileged, createdAt, usedAt }: AppPasswordItem,
  id: string,
): Html {
  return html`<li><div id="${id}"><p class="main">${name}</p>
      ${privileged && html`<p>${texts.privileged}</p>`}
      <p class="quiet">${texts.since} ${time(language, createdAt)} · ${usedAt === null ? texts.neverUsed : html`${texts.lastUsed} ${time(language, usedAt)}`}</p></div>
      <form method="post" action="${revokeAppPassword}"><input type="hidden" name="form" value="${sealed}"><input type="hidden" name="name" value="${name}"><button aria-describedby="${id}">${texts.revoke}</button></form></li>`
}

export type MakeStep = {
  action: string
  sealed: string
  isWrong: boolean
  name: string
  /** Characters of a name. */
  most: number
  back: string
}

export function makeStep(
  texts: SecurityTexts,
  { action, sealed, isWrong, name, most, back }: MakeStep,
  signIn: SignInTexts,
): Step {
  const content = html`<form method="post" action="${action}"><input type="hidden" name="form" value="${sealed}">
      <div class="field">
        <label for="name">${texts.name}</label>
        <input id="name" name="name" value="${name}" maxlength="${most}" autocomplete="off" required autofocus ${isWrong && html`aria-invalid="true" aria-describedby="alert"`}>
      </div>
      <div class="check"><input id="privileged" name="privileged" type="checkbox"><label for="privileged">${texts.privileged}</label></div>
      <div class="actions"><button class="primary">${texts.make}</button><a class="button" href="${back}">${signIn.back}</a></div></form>`
  return { title: texts.make, lead: texts.makeLead, content }
}

export type ProofStep = {
  action: string
  sealed: string
  isWrong: boolean
  username: string
  forgotten: string
  back: string
}

/** Asks for the password once more. */
export function proofStep(
  texts: SecurityTexts,
  { action, sealed, isWrong, username, forgotten, back }: ProofStep,
  signIn: SignInTexts,
): Step {
  const content = html`<form method="post" action="${action}"><input type="hidden" name="form" value="${sealed}">
      <input name="username" value="${username}" autocomplete="username" readonly hidden>
      <div class="field row">
        <label for="password">${signIn.password}</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="512" required autofocus ${isWrong && html`aria-invalid="true" aria-describedby="alert"`}>
        <a class="link" href="${forgotten}">${signIn.forgotten}</a>
      </div>
      <div class="actions"><button class="primary">${signIn.confirm}</button><a class="button" href="${back}">${signIn.back}</a></div></form>`
  return { title: texts.proof, lead: texts.proofLead, content }
}
