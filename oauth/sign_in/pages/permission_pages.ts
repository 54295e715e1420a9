import type { PageLanguage } from '../../../http/language.ts'
import type { HttpResponse } from '../../../http/message.ts'
import { shownApp } from '../../../pages/app_names.ts'
import { homeTexts } from '../../../pages/locales/index.ts'
import { permissionTexts } from '../../../pages/permissions/locales/index.ts'
import { consentStep, permissionsStep } from '../../../pages/permissions/step.ts'
import { isOfWeb, placeOf } from '../../../pages/sign_in/leaving.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { wantedOf } from '../place.ts'
import type { Shown } from '../shown.ts'
import type { AuthorizePage } from '../visit.ts'
import { permissionItems } from './permission_items.ts'
import type { SignInPages } from './sign_in_pages.ts'

/** What an app asked for, and of whom. */
type AskedOf = {
  asked: AuthorizePage
  did: string
  /** `@alice.example.com` */
  name: string
}

/** Writes the pages on which a person reads what an app asks for, in the language of who reads them. */
export class PermissionPages {
  readonly #pages: SignInPages

  constructor(pages: SignInPages) {
    this.#pages = pages
  }

  /** What an app asks for, of which a person can take something. */
  permissions(shown: Shown, to: AskedOf): HttpResponse {
    const { place } = shown
    const { account } = wantedOf(shown.request)
    return this.#pages.write(shown, { account, step: 'permissions' }, {}, (texts, read) =>
      permissionsStep(
        permissionTexts[read],
        {
          ...this.#asked(shown, to, read),
          action: place.form('permissions', { account }),
          sealed: this.#pages.seal(shown, {}),
          back: place.page({ account }),
        },
        texts,
      ),
    )
  }

  /** The same where the person decides there. */
  consent(shown: Shown, to: AskedOf): HttpResponse {
    const { place } = shown
    const { account } = wantedOf(shown.request)
    const { client, parameters } = to.asked
    return this.#pages.write(shown, { account, step: 'consent' }, {}, (texts, read) =>
      consentStep(
        permissionTexts[read],
        {
          ...this.#asked(shown, to, read),
          action: place.form('consent', { account }),
          sealed: this.#pages.seal(shown, { consentOf: to.did }),
          host: placeOf(new URL(String(parameters.redirect_uri))),
          termsOfService: webAddress(client.metadata.tos_uri),
          privacyPolicy: webAddress(client.metadata.policy_uri),
          other: place.page({ step: 'choose' }),
        },
        texts,
        homeTexts[read],
      ),
    )
  }

  /** What an app asks of whom, as the page lists it. */
  #asked(shown: Shown, { asked, name }: AskedOf, language: PageLanguage) {
    const given = asked.parameters.scope ?? ''
    const { permissionSets } = asked
    return {
      app: shownApp(asked.client.id, language),
      name,
      items: permissionItems(
        { asked: requestScope().request?.askedFor ?? given, given, permissionSets },
        language,
      ),
      cancel: shown.place.cancelPage,
    }
  }
}

/** What an app says of itself, where that is an address of the web. */
function webAddress(address: string | undefined): string | undefined {
  const url = URL.parse(address ?? '')
  return url && isOfWeb(url) ? url.href : undefined
}
