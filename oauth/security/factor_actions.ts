import { type Basis, renewed } from '../../actors/account/basis.ts'
import type { FactorsChanged } from '../../actors/account/factors.ts'
import { readCreation } from '../../factors/passkey.ts'
import type { HttpResponse } from '../../http/message.ts'
import {
  beginTotp,
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  setMailFactor,
} from '../../sagas/factors/factors.ts'
import { addPasskey, removePasskey, renamePasskey } from '../../sagas/factors/passkeys.ts'
import { removePassword } from '../../sagas/factors/password_removal.ts'
import type { Services } from '../../sagas/services/services.ts'
import type { Challenge } from '../../sagas/sign_in/passkey_challenge.ts'
import { provenOn } from '../../sagas/sign_in/prove_again.ts'
import { isWrongCode } from '../../sagas/sign_in/second_factor.ts'
import type { SecurityTask } from '../security_paths.ts'
import { isRefusal, outcomeOf, wrong, wrongCode, wrongPasskey } from '../sign_in/outcomes.ts'
import { field, noPasskey } from '../sign_in/post.ts'
import { formId } from '../sign_in/sealed.ts'
import type { Begun } from './forms.ts'
import { textsFor } from './language.ts'
import type { SecurityPages } from './pages.ts'
import type { Redirects } from './redirects.ts'
import type { SecurityViews } from './views.ts'
import type { Visitor } from './visitor.ts'

type Parts = {
  services: Services
  pages: SecurityPages
  views: SecurityViews
  redirects: Redirects
}

/** The forms of second factors: between them and the sagas that decide. */
export class FactorActions {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  removePassword(visitor: Visitor): Promise<HttpResponse> {
    const { services } = this.#parts
    return this.#proven(visitor, 'password', async (basis) =>
      this.#changed(visitor, await removePassword(services, visitor.person.did, basis)),
    )
  }

  /** @param challenge of the form, for which the passkey was made */
  addPasskey(visitor: Visitor, challenge: Challenge | undefined): Promise<HttpResponse> {
    const { services, views } = this.#parts
    const name = field(visitor, 'name')
    const made = field(visitor, 'passkey')
    const response = readCreation(made)
    return this.#proven(visitor, 'passkeys', async (basis) => {
      try {
        if (!response || !challenge) throw noPasskey(made)
        const given = { response, challenge, name, form: formOf(visitor) }
        return await this.#changed(
          visitor,
          await addPasskey(services, visitor.person.did, given, basis),
        )
      } catch (err) {
        const isWrong = isWrongCode(err)
        if (!isWrong && !isRefusal(err, 'InvalidRequest')) throw err
        const { notAdded, stale } = textsFor(visitor.request)
        const outcome = isWrong ? wrongPasskey(visitor, err, stale) : wrong(notAdded)
        return views.task(visitor, 'passkeys', outcome)
      }
    })
  }

  renamePasskey(visitor: Visitor): Promise<HttpResponse> {
    const { services, redirects } = this.#parts
    const { request, person } = visitor
    const id = request.parameter('id') ?? ''
    return this.#proven(visitor, 'passkeys', async (basis) => {
      await renamePasskey(services, person.did, id, field(visitor, 'name'), basis)
      return redirects.to(visitor, { what: 'factors' })
    })
  }

  removePasskey(visitor: Visitor): Promise<HttpResponse> {
    const { services } = this.#parts
    const id = visitor.request.parameter('id') ?? ''
    return this.#proven(visitor, 'passkeys', async (basis) =>
      this.#changed(visitor, await removePasskey(services, visitor.person.did, id, basis)),
    )
  }

  beginAuthenticator(visitor: Visitor): Promise<HttpResponse> {
    const { services, pages } = this.#parts
    return this.#proven(visitor, 'authenticator', async (basis) =>
      pages.authenticator(visitor, await beginTotp(services, visitor.person.did, basis)),
    )
  }

  /** @param begun what the form has of it */
  confirmAuthenticator(visitor: Visitor, begun: Begun | undefined): Promise<HttpResponse> {
    const { services, pages } = this.#parts
    return this.#proven(visitor, 'authenticator', async (basis) => {
      try {
        const code = field(visitor, 'code')
        const { did } = visitor.person
        const shown = { secret: begun?.secret, form: formOf(visitor) }
        const changed = await confirmTotp(services, did, code, basis, shown)
        return await this.#changed(visitor, changed)
      } catch (err) {
        const isOften = isRefusal(err, 'RateLimitExceeded')
        if (!begun || !(isOften || isRefusal(err, 'InvalidToken'))) throw err
        const refused = isOften ? outcomeOf(visitor, err, {}) : wrongCode(visitor, 'totp')
        return pages.authenticator(visitor, begun, refused)
      }
    })
  }

  removeAuthenticator(visitor: Visitor): Promise<HttpResponse> {
    const { services } = this.#parts
    return this.#proven(visitor, 'authenticator', async (basis) =>
      this.#changed(visitor, await removeTotp(services, visitor.person.did, basis)),
    )
  }

  switchMailCode(visitor: Visitor): Promise<HttpResponse> {
    const { services } = this.#parts
    const isOn = visitor.request.parameter('on') === '1'
    return this.#proven(visitor, 'code-by-mail', async (basis) =>
      this.#changed(
        visitor,
        await setMailFactor(services, visitor.person.did, isOn, basis, formOf(visitor)),
      ),
    )
  }

  renewRecoveryCodes(visitor: Visitor): Promise<HttpResponse> {
    const { services } = this.#parts
    return this.#proven(visitor, 'recovery-codes', async (basis) =>
      this.#changed(visitor, await renewRecoveryCodes(services, visitor.person.did, basis)),
    )
  }

  /** With a sign-in that counts only where it was proven again; where it was not, that is asked for. */
  async #proven(
    visitor: Visitor,
    task: SecurityTask,
    work: (basis: Basis) => Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    const { device, person, request } = visitor
    try {
      return await work(provenOn(device.deviceId, person.basis))
    } catch (err) {
      if (isRefusal(err, 'ProofRequired')) return this.#parts.views.task(visitor, task)
      if (isRefusal(err, 'LastWayIn')) return this.#parts.views.lastWayIn(visitor, task)
      if (!isRefusal(err, 'InvalidRequest') && !isWrongCode(err)) throw err
      const { notConfirmed, stale } = textsFor(request)
      return this.#parts.views.main(visitor, wrong(task === 'code-by-mail' ? notConfirmed : stale))
    }
  }

  #changed(visitor: Visitor, { account, recoveryCodes }: FactorsChanged): HttpResponse {
    const { person } = visitor
    const now = { ...person, basis: renewed(person.basis, account) }
    return this.#parts.redirects.toRenewed(
      { ...visitor, person: now },
      { what: 'factors', ...(recoveryCodes && { recoveryCodes }) },
    )
  }
}

const formOf = ({ request }: Visitor) => formId(request.parameter('form'))
