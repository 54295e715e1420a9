import { html } from 'hono/html'
import { isDid } from '../base/values/did.ts'
import { copyButton } from '../http/page/copy.ts'
import type { Html } from '../http/page/document.ts'
import { list } from '../http/page/list.ts'
import { descriptionOf } from '../operator/descriptions/index.ts'
import { formOf } from '../operator/paths.ts'
import { sentence } from './layout.ts'
import { table } from './table.ts'

/** By members of answers: which command goes on with what one names. */
type LeadsTo = Readonly<Record<string, string | null>>

const TO_ACCOUNT = { did: 'account show', usedBy: 'account show', forAccount: 'account show' }

/** What a command answered: single values in a list, and things of one kind in a table each. */
export function resultOf(value: unknown, own: LeadsTo = {}): Html {
  const leadsTo = { ...TO_ACCOUNT, ...own }
  if (Array.isArray(value)) return listOf('Result', value, leadsTo)
  const entries = Object.entries((value ?? {}) as object).filter(([name]) => name !== 'next')
  const isMany = ([, each]: [string, unknown]) => Array.isArray(each)
  const single = entries.filter((entry) => !isMany(entry))
  return html`${single.length > 0 && sheet(single, leadsTo)}${entries
    .filter(isMany)
    .map(
      ([name, each]) => html`<h2>${wordsOf(name)}</h2>${listOf(name, each as unknown[], leadsTo)}`,
    )}`
}

function listOf(name: string, all: readonly unknown[], leadsTo: LeadsTo): Html {
  const isThing = (each: unknown): each is Record<string, unknown> =>
    typeof each === 'object' && each !== null
  if (!all.every(isThing)) {
    const one = nameInList(name)
    return html`${list(
      all.map((each) => cell(one, each, leadsTo)),
      'plain',
    )}
      ${COPIED.includes(one) && all.length > 1 && copyButton(all.join('\n'), { copy: 'Copy all', copied: 'Copied' })}`
  }
  const columns = [...new Set(all.flatMap((each) => Object.keys(each)))]
  return table(
    wordsOf(name),
    columns.map(wordsOf),
    all.map((each) => columns.map((column) => cell(column, each[column], leadsTo))),
  )
}

function sheet(entries: readonly [string, unknown][], leadsTo: LeadsTo): Html {
  return html`<dl class="sheet">${entries.map(
    ([name, value]) =>
      html`<div><dt>${wordsOf(name)}</dt><dd>${cell(name, value, leadsTo)}</dd></div>`,
  )}</dl>`
}

/** Names of members that are times, ms. */
const TIME = /(At|^at|^since|After)$/

/** Names of members that are for somebody else, or for another program. */
const COPIED = ['code', 'password', 'secret', 'token']

/** Also the address of an endpoint has such a name. */
const isCopied = (name: string, value: string) => COPIED.includes(name) && !/^https?:/.test(value)

/** Names of members in which this program says something; others hold what is named there, as it is. */
const SENTENCES = ['found', 'mend', 'missing']

/** What one of them is called, of those that have a name of their own. */
const IN_LIST: Readonly<Record<string, string>> = { codes: 'code', missing: 'missing' }
const nameInList = (name: string) => IN_LIST[name] ?? ''

/** Whether there is something in an answer that a button copies. */
export function hasCopies(value: unknown, name = ''): boolean {
  if (typeof value === 'string') return isCopied(name, value)
  if (typeof value !== 'object' || value === null) return false
  const one = Array.isArray(value) ? nameInList(name) : null
  return Object.entries(value).some(([key, each]) => hasCopies(each, one ?? key))
}

const isNothing = (value: unknown) => Array.isArray(value) && value.length === 0

function cell(name: string, value: unknown, leadsTo: LeadsTo): Html | string {
  if (value === null || value === undefined || value === '' || isNothing(value)) return '–'
  if (typeof value === 'number' && TIME.test(name)) return timeOf(value)
  if (typeof value === 'number') return whole(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) {
    return list(
      value.map((each) => cell('', each, leadsTo)),
      'plain',
    )
  }
  if (typeof value === 'string' && isCopied(name, value)) {
    return html`${value.length > WIDE ? value : whole(value)} ${copyButton(value, { copy: 'Copy', copied: 'Copied' })}`
  }
  if (typeof value === 'object') {
    return accountIn(value) ?? properties(value, leadsTo)
  }
  const words = leadsTo[name] ?? null
  const isNobody = words === 'account show' && !isDid(String(value))
  if (words === null || isNobody) {
    if (SENTENCES.includes(name)) return sentence(String(value))
    return SHORT.test(String(value)) ? whole(value) : String(value)
  }
  const [first = ''] = Object.keys(descriptionOf(words).takes)
  const href = formOf(words, { [first]: String(value) })
  if (words === 'account show') return html`<a href="${href}">${value}</a>`
  return html`${whole(value)} <a href="${href}">${wordsOf(words.split(' ').at(-1) ?? '')}</a>`
}

/** What is not broken where a column is narrow: the name of an event, an address. */
const SHORT = /^\S{1,24}$/
/** Characters: a secret that has more is broken, so that it fits on a phone. */
const WIDE = 40
const whole = (value: unknown) => html`<span class="whole">${value}</span>`

/** An account that is named in a cell, by its handle; null where it is none. */
function accountIn(thing: { did?: unknown; usedBy?: unknown; handle?: unknown }): Html | null {
  const did = thing.did ?? thing.usedBy
  if (typeof did !== 'string') return null
  const name = typeof thing.handle === 'string' ? thing.handle : did
  return html`<a href="${formOf('account show', { account: did })}">${name}</a>`
}

/** What is known of a thing, one a line. */
function properties(value: object, leadsTo: LeadsTo): Html {
  return html`${Object.entries(value).map(
    ([name, each]) =>
      html`<span class="property">${wordsOf(name)}: ${cell(name, each, leadsTo)}</span>`,
  )}`
}

/** @param at ms since the epoch */
export function timeOf(at: number): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** Members whose names are not what people call them. */
const CALLED: Readonly<Record<string, string>> = {
  did: 'DID',
  pdsDid: 'PDS',
  emailAuthFactor: 'Code by email',
  takedownRef: 'Taken down',
  totp: 'Authenticator app',
  isReached: 'Reached',
}

/** `createdAt` as people read it. */
export function wordsOf(name: string): string {
  const called = CALLED[name]
  if (called) return called
  // Of metadata, as its standard writes it.
  if (name.includes('_')) return name
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
