import type { MailContent } from './content.ts'

/** The plain text alternative: one paragraph a line, the code on a line of its own. */
export function textOf(content: MailContent): string {
  const { greeting, body, code, colon, occasion, unrequested, signOut, link } = content
  const paragraphs = [
    greeting,
    body,
    ...(code ? [`${code.label}${colon}`, `    ${code.text}`, code.advice] : []),
    ...(occasion ? [`${occasion.label}${colon} ${occasion.text}`] : []),
    unrequested,
    ...(signOut ? [`${signOut.text}${colon} ${signOut.url}`, signOut.advice] : []),
    `${link.text}${colon} ${link.url}`,
    // RFC 3676 section 4.3: what follows is a signature.
    `-- \n${content.sentBy}\n`,
  ]
  return paragraphs.join('\n\n')
}
