import type { CodeMailContent } from './content.ts'

/** The plain text alternative: one paragraph a line, the code on a line of its own. */
export function textOf(content: CodeMailContent): string {
  const { greeting, body, codeLabel, code, lifetime, secrecy, unrequested } = content
  return `${greeting}

${body}

${codeLabel}:

    ${code}

${lifetime} ${secrecy}

${unrequested}

${content.accountPage}: ${content.accountUrl}

-- 
${content.sentBy}
`
}
