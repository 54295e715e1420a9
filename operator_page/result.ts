import { html } from 'hono/html'
import type { Html } from '../http/page/document.ts'
import { formOf } from '../operator/paths.ts'
import { table } from './table.ts'

/** What a command answered: single values in a list, and things of one kind in a table each. */
export function resultOf(value: unknown): Html {
  if (Array.isArray(value)) return listOf('Result', value)
  const entries = Object.entries((value ?? {}) as object).filter(([name]) => name !== 'next')
  const isMany = ([, each]: [string, unknown]) => Array.isArray(each)
  const single = entries.filter((entry) => !isMany(entry))
  return html`${single.length > 0 && sheet(single)}${entries
    .filter(isMany)
    .map(([name, each]) => html`<h2>${wordsOf(name)}</h2>${listOf(name, each as unknown[])}`)}`
}

function listOf(name: string, all: readonly unknown[]): Html {
  const isThing = (each: unknown): each is Record<string, unknown> =>
    typeof each === 'object' && each !== null
  if (!all.every(isThing)) {
    return html`<ul class="plain">${all.map((each) => html`<li>${cell('', each)}</li>`)}</ul>`
  }
  const columns = [...new Set(all.flatMap((each) => Object.keys(each)))]
  return table(
    wordsOf(name),
    columns.map(wordsOf),
    all.map((each) => columns.map((column) => cell(column, each[column]))),
  )
}

function sheet(entries: readonly [string, unknown][]): Html {
  return html`<dl class="sheet">${entries.map(
    ([name, value]) => html`<div><dt>${wordsOf(name)}</dt><dd>${cell(name, value)}</dd></div>`,
  )}</dl>`
}

/** Names of members that are times, ms. */
const TIME = /(At|^at|^since|After)$/

function cell(name: string, value: unknown): Html | string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'number' && TIME.test(name)) return timeOf(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'object') return html`<code>${JSON.stringify(value)}</code>`
  const isAccount = name === 'did' || name === 'usedBy' || name === 'forAccount'
  if (isAccount && String(value).startsWith('did:')) {
    return html`<a href="${formOf('account show', { account: String(value) })}">${value}</a>`
  }
  return String(value)
}

/** @param at ms since the epoch */
export function timeOf(at: number): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** `createdAt` as people read it. */
export function wordsOf(name: string): string {
  if (name === 'did') return 'DID'
  if (name === 'pdsDid') return 'PDS'
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
