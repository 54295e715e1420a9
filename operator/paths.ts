/** Where the operator's page is. */
export const OPERATOR_PAGE = '/operator'

/** Where a link leads that opens it once, and what its button is posted to. */
export const OPERATOR_LINK_PAGE = `${OPERATOR_PAGE}/link`
export const OPERATOR_LINK_FORM = `${OPERATOR_PAGE}/form/link`

export const OPERATOR_SIGN_OUT = `${OPERATOR_PAGE}/form/sign-out`

/** Everything that can be done there, and the form of one command: its words come behind. */
export const OPERATOR_COMMANDS = `${OPERATOR_PAGE}/commands`
export const OPERATOR_DO = `${OPERATOR_PAGE}/do/`

/** The form of a command. @param filled in, by the names of its fields */
export function formOf(words: string, filled: Record<string, string> = {}): string {
  const query = new URLSearchParams(filled)
  const path = OPERATOR_DO + words.replaceAll(' ', '/')
  return query.size > 0 ? `${path}?${query}` : path
}
