import { html } from 'hono/html'
import type { Html } from './document.ts'

/**
 * A list of a page. Nothing where it would have no items: who hears the page would be told of a list.
 *
 * @param items what stands in each; those that are not there count for nothing
 * @param name by which the style sheet of the page knows it
 */
export function list(items: readonly (Html | string | false | undefined)[], name?: string): Html {
  const shown = items.filter(Boolean)
  if (shown.length === 0) return html``
  return html`<ul${name && html` class="${name}"`}>${shown.map((each) => html`<li>${each}</li>`)}</ul>`
}
