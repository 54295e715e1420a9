import { totpCode } from '../../lab/clients/headless_authenticator.ts'
import { HeadlessError } from '../../lab/clients/headless_browser.ts'
import type { Network } from '../../lab/world/network.ts'
import { securityForm as pathOf, SECURITY_ACTIONS } from '../../oauth/security_paths.ts'
import { type Cook, plain } from './cook.ts'
import { type Holder, type ShownForm, securityPageForm, signInForm } from './holder.ts'
import { mutateJson, mutateText } from './mutate.ts'
import type { Random } from './random.ts'
import type { Pairs, Recipe } from './recipe.ts'

/** What a person may enter in a form. */
type Entered = (holder: Holder, form: ShownForm, random: Random) => Pairs

const codeOf: Entered = ({ factors }, _, random) => [
  ['code', random.pick([totpCode(factors.secret), '000000', 'AAAAA-AAAAA', 'AAAA-AAAA-AAAA-AAAA'])],
]

/** A passkey that is made or used, as the form asks, with something else in it now and then. */
const passkey: Entered = ({ factors }, { options }, random) => {
  if (options === null) return [['passkey', '{}']]
  const asked = JSON.parse(options)
  // What is asked for may be that of another form (`otherAction`).
  const isMade = asked.user !== undefined
  const given: object = isMade ? factors.passkeys.create(asked) : factors.passkeys.use(asked)
  // One that was made is not kept: nobody has added it.
  if (isMade) factors.passkeys.made.pop()
  return [['passkey', JSON.stringify(random.chance(0.6) ? mutateJson(random, given) : given)]]
}

const anyOf =
  (...ways: Entered[]): Entered =>
  (...args) =>
    args[2].pick(ways)(...args)

const ENTERED: Record<string, Entered> = {
  'sign-in': anyOf(
    passkey,
    codeOf,
    ({ handle }) => [
      ['username', handle],
      ['password', 'wrong password'],
    ],
    (_, __, random) => [['with', random.pick(['passkey', 'totp', 'mail', 'recovery'])]],
  ),
  prove: anyOf(
    (...args) => [['kind', 'passkey'], ...passkey(...args)],
    (...args) => [['kind', args[2].pick(['totp', 'recovery', 'mail'])], ...codeOf(...args)],
    () => [['password', 'wrong password']],
    (_, __, random) => [['with', random.pick(['passkey', 'totp', 'mail', 'password'])]],
  ),
  'add-passkey': (...args) => [['name', 'Key'], ...passkey(...args)],
  'rename-passkey': () => [['name', 'Phone']],
  'confirm-authenticator': codeOf,
  'make-app-password': () => [
    ['name', 'fuzz'],
    ['privileged', 'on'],
  ],
}

/** These would leave nothing to be tried: what is sealed into them is spoilt. */
const ENDS = /^(remove|end|revoke)-/

/** What is sealed into the forms of the security page is the same for all that they do. */
function otherAction(form: ShownForm, random: Random): ShownForm {
  const name = random.pick(SECURITY_ACTIONS)
  return { ...form, name, path: pathOf(name) }
}

/** What was spoilt before may have signed the holder out meanwhile, or taken a factor. */
const orSignIn = (network: Network, holder: Holder) => (err: Error) => {
  if (!(err instanceof HeadlessError) || err.status >= 500) throw err
  return signInForm(network, holder, false)
}

/** A form of the security page of somebody with every factor. */
export const securityForm: Cook = async ({ network, holder }, random) => {
  const shown = await securityPageForm(network, holder, random).catch(orSignIn(network, holder))
  const form = random.chance(0.15) ? otherAction(shown, random) : shown
  const sealed = `x${mutateText(random, form.fields.form ?? '')}`
  const fields = ENDS.test(form.name) ? { ...form.fields, form: sealed } : form.fields
  return filledIn(network, holder, { ...form, fields }, random)
}

/** A form of the sign-in page, with a passkey or for a second factor. */
export const signInStep: Cook = async ({ network, holder }, random) => {
  const isSecond = random.chance(0.2)
  const form = await signInForm(network, holder, isSecond).catch(orSignIn(network, holder))
  return filledIn(network, holder, form, random)
}

function filledIn({ url }: Network, holder: Holder, form: ShownForm, random: Random): Recipe {
  const entered = ENTERED[form.name]?.(holder, form, random) ?? []
  return {
    ...plain('POST', form.path, [
      ['origin', url],
      ['accept', 'text/html'],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['sec-fetch-dest', 'document'],
      ['sec-fetch-mode', 'navigate'],
      ['sec-fetch-site', 'same-origin'],
    ]),
    query: [...form.query],
    cookies: form.browser.cookies(),
    body: { form: Object.entries({ ...form.fields, ...Object.fromEntries(entered) }) },
  }
}
