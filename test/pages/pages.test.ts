import { AtpAgent } from '@atproto/api'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { grant, signIn } from '../../lab/clients/browser_steps.ts'
import {
  type Credentials,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { startLogin } from '../../lab/clients/oauth_session.ts'
import { screenshot } from '../account_page/screenshots.ts'
import { findingsIn, inEachTheme, inSize, sizes } from '../shared/pages/axe.ts'
import { expectUsable } from '../shared/pages/usable.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'
import { sharedWebAppWorld } from '../shared/web_app.ts'

/**
 * `axe-core` over every page that a person sees, light and dark, on a desktop and on a phone:
 * nothing critical or serious, but for what stands in the provider's own pages.
 */
/** What the markup of the provider's script has (UI 0.10.4); no style and no text of ours mends it. */
const OF_THE_PROVIDER: readonly { rule: string; element: string; why: string }[] = [
  {
    rule: 'label-content-name-mismatch',
    element: 'aria-label="Account selector"',
    why: 'the menu of accounts shows a name, and is called otherwise for those who hear it',
  },
  {
    rule: 'aria-progressbar-name',
    element: 'data-slot="progress"',
    why: 'the progress of a sign-up has no name; the step stands in the heading below',
  },
  {
    rule: 'label-title-only',
    element: 'id="handle"',
    why: 'the field for a handle is labelled by its title; the heading above says the same',
  },
  {
    rule: 'aria-required-children',
    element: 'data-slot="item-group"',
    why: 'the list of what can be managed has buttons as its items',
  },
]
const met = new Set<string>()

const person = newCredentials('ada')
const world = sharedWebAppWorld()

beforeAll(async () => {
  await headlessSignUp(world.network.url, person)
})

/** What axe finds in a page as it stands: critical and serious, `rule: element`. */
async function scan(page: Page, name: string): Promise<string[]> {
  const found = await findingsIn(page)
  return found.flatMap(({ rule, html, failureSummary }) => {
    const known = OF_THE_PROVIDER.find((one) => one.rule === rule && html.includes(one.element))
    if (known) met.add(known.why)
    return known ? [] : [`${name}: ${rule}: ${html} ${failureSummary}`]
  })
}

test.each(sizes)('nothing that hinders people, %s', async (size) => {
  await inSize(world.browser, size, async (page) => {
    const found: string[] = []
    const look = (name: string) =>
      inEachTheme(page, async (theme) => found.push(...(await scan(page, `${name}, ${theme}`))))
    const picture = (name: string) =>
      inEachTheme(page, (theme) => screenshot(page, `${name}-${size}-${theme}`))
    await page.goto(`${world.network.url}/`)
    await look('home')
    for (const host of [person.handle, 'nobody.test']) {
      await page.goto(`http://${host}:${new URL(world.network.url).port}/`)
      await page.getByText(`@${host}`).first().waitFor()
      await look(`host of ${host}`)
    }
    await page.goto(`${world.network.url}/acount`)
    await look('no page')
    await page.goto(`${world.network.url}/oauth/authorize?state=x`)
    await look('error page')
    await page.goto(
      `${world.network.url}/oauth/authorize?${new URLSearchParams({ client_id: world.host.clientId, request_uri: `urn:ietf:params:oauth:request_uri:req-${'0'.repeat(32)}` })}`,
    )
    await page.getByRole('heading', { name: 'This sign-in has ended' }).waitFor()
    await look('sign-in that has ended')
    for (const [path, control] of [
      ['', 'button'],
      ['/sign-in', 'input[name=password]'],
      ['/sign-up', 'input[name=handle]'],
      ['/reset-password', 'input[type=email]'],
      ['/new-password', 'input[name=code]'],
    ] as const) {
      await page.goto(`${world.network.url}/account${path}`)
      await page.locator(control).first().waitFor()
      await look(`account${path}`)
    }
    const login = await startLogin(world.app)
    await page.goto(String(login.url))
    await picture('sign-in')
    await signIn(page, { ...person, password: 'not the password' })
    await page.getByRole('alert').waitFor()
    await look('wrong password')
    await signIn(page, person, { remember: true })
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
    await look('consent')
    await page.getByRole('link', { name: 'Choose what the app may do' }).click()
    await page.getByRole('heading', { name: 'Choose what the app may do' }).waitFor()
    await look('permissions')
    await picture('permissions')
    const generic = page.getByRole('checkbox', { name: 'transition:generic' })
    await generic.uncheck()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
    // Where nothing is left that could be unticked, it can be ticked again.
    await page.getByRole('link', { name: 'Choose what the app may do' }).click()
    expect(await generic.isChecked()).toBe(false)
    await page.goBack()
    await page.getByRole('link', { name: 'Choose what the app may do' }).waitFor()
    await look('consent to no more than who it is')
    await page.goto(`${login.url}&step=consent`)
    await page.getByRole('heading', { name: 'Authorize' }).waitFor()
    await look('consent without scripts')
    await page.goto(`${login.url}&step=choose`)
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor()
    await look('accounts of the device')
    await picture('sign-in-accounts')
    await page.getByRole('link', { name: person.handle }).click()
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
    await grant(page)
    await page.getByText('Back in the app').waitFor()
    await page.goto(`${world.network.url}/account`)
    await page.getByText(person.handle).first().waitFor()
    await look('account of a person')
    for (const name of ['manage', 'devices', 'apps', 'about']) {
      await page.goto(`${world.network.url}/account/u/${person.handle}/${name}`)
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      await look(name)
      const note = page.locator('#revocation-note')
      expect([name, await note.isVisible()]).toEqual([name, name === 'apps'])
    }
    expect(found).toEqual([])
  })
})

test('what is let pass is still there', () => {
  expect([...met].sort()).toEqual(OF_THE_PROVIDER.map(({ why }) => why).sort())
})

test('what is added to the provider’s pages passes their content security policy', async () => {
  const page = await (await world.browser.newContext()).newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) refused.push(message.text())
  })
  await page.goto(`${world.network.url}/account`)
  await signIn(page, person)
  await page.getByText(person.handle).first().waitFor()
  await page.getByRole('link', { name: 'Apps' }).first().click()
  await page.locator('#revocation-note').waitFor()
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await page.locator('#revocation-note').waitFor({ state: 'hidden' })
  expect(refused).toEqual([])
  await page.context().close()
})

test.each(sizes)('the question of a deactivated account hinders nobody, %s', async (size) => {
  const away = newCredentials('away')
  const agent = new AtpAgent({ service: world.network.url })
  await agent.createAccount(away)
  await agent.com.atproto.server.deactivateAccount({})
  await inSize(world.browser, size, async (page) => {
    const login = await startLogin(world.app)
    await page.goto(String(login.url))
    await signIn(page, away)
    await page.getByText('Welcome back!').waitFor()
    await page.goto(`${login.url}&step=reactivate`)
    await page.getByRole('heading', { name: 'Reactivate your account?' }).waitFor()
    await expectUsable(page, size)
  })
})

/** Somebody whose sign-ins ask for a code by mail. */
async function withSecondFactor(name: string): Promise<Credentials> {
  const careful = newCredentials(name)
  const agent = new AtpAgent({ service: world.network.url })
  await agent.createAccount(careful)
  const confirm = () => agent.com.atproto.server.requestEmailConfirmation()
  const { code } = await codeSentBy(world.network.smtp, careful.email, confirm)
  const { email } = careful
  await agent.com.atproto.server.confirmEmail({ email, token: code })
  await agent.com.atproto.server.updateEmail({ email, emailAuthFactor: true })
  return careful
}

test.each(sizes)('the step of a code by mail hinders nobody, %s', async (size) => {
  const careful = await withSecondFactor('careful')
  await inSize(world.browser, size, async (page) => {
    await page.goto(`${world.network.url}/account`)
    const { code: right } = await codeSentBy(world.network.smtp, careful.email, async () => {
      await signIn(page, careful)
      await page.locator('input[name=code]').waitFor()
    })
    await inEachTheme(page, async (theme) => {
      expect(await scan(page, theme)).toEqual([])
      await screenshot(page, `sign-in-code-${size}-${theme}`)
    })
    const enter = async (code: string) => {
      await page.fill('input[name=code]', code)
      await page.keyboard.press('Enter')
    }
    await enter('AAAAA-AAAAA')
    await page.getByRole('alert').getByText('This code is wrong or has expired').waitFor()
    await inEachTheme(page, async (theme) => expect(await scan(page, theme)).toEqual([]))
    await enter(right)
    await page.getByText(careful.handle).first().waitFor()
  })
})

test('people sign in with the keyboard alone, in the order of what they see', async () => {
  await inSize(world.browser, 'desktop', async (page) => {
    const login = await startLogin(world.app)
    await page.goto(login.url)
    const focused = () =>
      page.evaluate(() => {
        const { id, textContent } = document.activeElement as HTMLElement
        return id || textContent?.trim()
      })
    const order: (string | undefined)[] = [await focused()]
    for (const text of [person.handle, person.password, '', '', ' ', '', '']) {
      if (text) await page.keyboard.type(text)
      await page.keyboard.press('Tab')
      order.push(await focused())
    }
    expect(order).toEqual([
      'username',
      'password',
      'Show',
      'forgotten',
      'remember',
      'Sign in',
      'Sign in with a passkey',
      'Cancel',
    ])
    expect(await page.getByRole('checkbox').isChecked()).toBe(true)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
  })
})
