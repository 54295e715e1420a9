import { OAuthError } from '@atproto/oauth-provider/errors'

/**
 * What the script of the pages has no words for. It takes an `error` of OAuth for other words; without one, the
 * form and the status of the answer decide what is said (`oauth/pages/refusal_words.ts`).
 */
export class SaidByStatusError extends OAuthError {
  constructor(status: number, code: string, description: string, cause: unknown) {
    super(code, description, status, cause)
  }

  override toJSON() {
    return { message: this.error_description } as never
  }
}
