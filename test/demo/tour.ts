import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { fillInSignUp, grant } from '../../lab/clients/browser_steps.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'

export const person = {
  handle: 'alice.test',
  email: 'alice@mail.test',
  password: 'correct horse battery staple',
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/**
 * Creates the account at the authorization server and comes back signed in.
 *
 * @param isPasskeyFirst whether the server begins with the sign-up by passkey
 */
export async function signUp(page: Page, appUrl: string, isPasskeyFirst = false): Promise<void> {
  await page.goto(appUrl)
  await button(page, 'Create an account').click()
  if (isPasskeyFirst) {
    await page.getByRole('link', { name: signUpTexts.en.withPassword }).click()
  }
  await fillInSignUp(page, person)
  await grant(page)
  await page.getByRole('heading', { name: `Hello, @${person.handle}` }).waitFor()
}

/** What the app tells after the last step. */
export function notice(page: Page, role: 'status' | 'alert' = 'status'): Promise<string | null> {
  return page.getByRole(role).textContent()
}

/** Posts twice, lists both, and deletes the older one. */
export async function postAndDelete(page: Page): Promise<void> {
  for (const text of ['First <post>', 'Second post']) {
    await page.getByLabel('Write a post').fill(text)
    await button(page, 'Post').click()
    await page.getByRole('listitem').filter({ hasText: text }).waitFor()
    expect(await notice(page)).toBe('Posted.')
  }
  expect(await page.locator('li .text').allTextContents()).toEqual(['Second post', 'First <post>'])

  await page.getByRole('button', { name: 'Delete the post “First <post>”' }).click()
  await page.getByText('Deleted.').waitFor()
  expect(await page.locator('li .text').allTextContents()).toEqual(['Second post'])
}

export async function signOut(page: Page): Promise<void> {
  await button(page, 'Sign out').click()
  await page.getByText('You are signed out.').waitFor()
}
