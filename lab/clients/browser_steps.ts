import type { Page } from 'playwright-core'
import type { Credentials } from './headless_sign_in.ts'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Signs up from the sign-in page, where a first-time visitor lands. */
export async function signUp(page: Page, person: Credentials): Promise<void> {
  await page.getByRole('link', { name: 'Create a new account', exact: true }).click()
  await fillInSignUp(page, person)
}

/** Goes through the two steps of the provider's sign-up form. */
export async function fillInSignUp(page: Page, person: Credentials): Promise<void> {
  await page.fill('input[name=handle]', person.handle.split('.', 1)[0] ?? '')
  await button(page, 'Next').click()
  await page.fill('input[name=email]', person.email)
  await page.fill('input[name=password]', person.password)
  await button(page, 'Sign up').click()
}

/** Signs in on a page on which nothing is filled in yet. */
export async function signIn(
  page: Page,
  person: Credentials,
  options: { remember?: boolean } = {},
): Promise<void> {
  await page.fill('input[name=username]', person.handle)
  await enterPassword(page, person, options)
}

/** Completes a sign-in page that already names its account. */
export async function enterPassword(
  page: Page,
  person: Credentials,
  { remember = false }: { remember?: boolean } = {},
): Promise<void> {
  await page.fill('input[name=password]', person.password)
  if (remember) await page.getByRole('checkbox').check()
  await button(page, 'Sign in').click()
}

/** Grants what the consent page asks for. */
export async function grant(page: Page): Promise<void> {
  await button(page, 'Authorize').click()
}

/** Refuses what the consent page asks for. */
export async function deny(page: Page): Promise<void> {
  await button(page, 'Deny access').click()
}

/**
 * Waits until the provider sends the browser back to the app, by whatever scheme,
 * and returns where to. Call it before the step that ends the flow.
 */
export async function callbackOf(page: Page, redirectUri: string): Promise<URL> {
  const navigation = await page.waitForRequest((request) => request.url().startsWith(redirectUri))
  return new URL(navigation.url())
}
