import type { Seen } from '../people/visitor.ts'

/** A form of the page, as `Visitor.send` takes it. */
export type Form = Pick<Seen, 'action' | 'fields'>

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** Every form of a page, in its order. */
export function formsOf({ text }: Pick<Seen, 'text'>): Form[] {
  return [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inside = '']) => ({
      action: unescaped(action),
      fields: Object.fromEntries(
        [...inside.matchAll(/<input [^>]*?name="([^"]*)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [
            name,
            unescaped(value.replaceAll('&lt;', '<').replaceAll('&gt;', '>')),
          ],
        ),
      ),
    }),
  )
}

/** What stands in the lists of a page, as it is read. */
export function itemsOf({ text }: Pick<Seen, 'text'>): string[] {
  return [...text.matchAll(/<li><div[\s\S]*?<\/div>/g)].map(([item]) =>
    unescaped(item.replaceAll(/<[^>]*>/g, ' '))
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
}
