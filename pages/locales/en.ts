import type { HomeTexts } from '../texts.ts'

export const en: HomeTexts = {
  title: 'Sign in to your account',
  about: (service) =>
    `${service} keeps accounts for apps of the AT Protocol, such as Bluesky. An app sends you here to sign in, so that it never sees your password. Here you can also see which apps have access to your account, and remove them.`,
  account: 'Go to your account',
  signUp: 'Create an account',
  aboutHandle: (service) =>
    `This is the name of an account at ${service}. To see what it has published, look for the name in an app.`,
  signInAt: (host) => `Is it yours? Sign in at ${host}`,
  nobody: 'Nobody has this name',
  aboutNobody: (handle, service) =>
    `There is no active account called @${handle} at ${service}. Perhaps it has another name now.`,
  toService: (service) => `Go to ${service}`,
  home: 'Home',
  termsOfService: 'Terms of Service',
  privacyPolicy: 'Privacy Policy',
  support: 'Support',
}
