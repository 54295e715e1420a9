/** Where the operator's page is. */
export const OPERATOR_PAGE = '/operator'

/** Where a link leads that opens it once, and what its button is posted to. */
export const OPERATOR_LINK = `${OPERATOR_PAGE}/link`
export const OPERATOR_LINK_FORM = `${OPERATOR_PAGE}/form/link`

export const OPERATOR_SIGN_OUT = `${OPERATOR_PAGE}/form/sign-out`
