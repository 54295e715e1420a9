import type { OpenidTexts } from '../texts.ts'

export const en: OpenidTexts = {
  title: (app) => `Sign in to ${app}`,
  lead: (name) => `You are signed in as ${name}.`,
  gets: (app) => `${app} gets to know:`,
  identifier: 'The identifier of your account, which stays the same',
  profile: 'Your name, handle and picture',
  email: 'Your e-mail address',
  offline: 'It stays signed in while you are away',
  uses: (resource) => `It may use ${resource} in your name:`,
  goesTo: (host) => `You go on to ${host}.`,
  allow: 'Allow',
  refuse: 'Cancel',
  otherAccount: 'Use another account',

  signOutTitle: 'Sign out?',
  signOutLead: (service, app) =>
    app
      ? `${app} asks to sign you out of ${service} in this browser.`
      : `You will be signed out of ${service} in this browser.`,
  signOut: 'Sign out',
  stay: 'Stay signed in',
  signedOutTitle: 'You are signed out',
  signedOutLead: (service) => `You are signed out of ${service} in this browser.`,
}
