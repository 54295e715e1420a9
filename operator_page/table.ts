import { html } from 'hono/html'
import type { Html } from '../http/page/document.ts'

type Cell = Html | string | number | null

/** Things of one kind, one a row. */
export function table(name: string, head: readonly string[], rows: readonly Cell[][]): Html {
  if (rows.length === 0) return html`<p class="quiet">None.</p>`
  return html`<table role="table" aria-label="${name}"><thead><tr>${head.map((each) => html`<th scope="col">${each}</th>`)}</tr></thead>
      <tbody role="rowgroup">${rows.map(
        (row) =>
          html`<tr role="row">${row.map((cell, i) => html`<td role="cell" data-label="${head[i] ?? ''}">${cell ?? ''}</td>`)}</tr>`,
      )}</tbody></table>`
}

/** One thing, by its properties. */
export function figures(rows: Record<string, Cell>): Html {
  return html`<dl class="figures">${Object.entries(rows).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value ?? ''}</dd></div>`,
  )}</dl>`
}
