import type { OpenidTexts } from '../texts.ts'

export const en: OpenidTexts = {
  title: (app) => `Sign in to ${app}`,
  lead: (name) => `You are signed in as ${name}.`,
  unvouched: (service, name) =>
    `${name ? `It calls itself “${name}”. ` : ''}${service} does not know who is behind it.`,
  gets: (app) => `${app} will receive:`,
  identifier: 'The identifier of your account, which stays the same',
  profile: 'Your name, username and picture',
  email: 'Your email address',
  offline: 'It stays signed in while you are away',
  uses: (resource) => `It may use ${resource} in your name:`,
  local: (app) =>
    `${app} runs on your device, and nobody can vouch that it is what it says. Go on only if you have just started it yourself.`,
  allow: 'Allow',
  refuse: 'Cancel',
  otherAccount: 'Use another account',

  deviceTitle: 'Connect a device',
  deviceLead: 'Enter the code that the device or the program shows.',
  code: 'Code',
  goOn: 'Continue',
  wrongCode: 'This code is wrong, was used or has expired.',
  askedFrom: (app, from) => `${app} asks to sign in as you. It asked from ${from}.`,
  codeShown: (code) =>
    `Go on only if your own device shows ${code}, and you began this yourself. If somebody sent you the code, cancel.`,
  deviceDone: 'The device is connected',
  deviceDoneLead: (app) => `You can close this page and go back to ${app}.`,
  deviceRefused: 'The device is not connected',
  deviceRefusedLead: (app) => `${app} got nothing. You can close this page.`,

  signOutTitle: 'Sign out?',
  signOutLead: (service, app) =>
    app
      ? `${app} asks to sign you out of ${service} in this browser.`
      : `You will be signed out of ${service} in this browser.`,
  signOut: 'Sign out',
  stay: 'Stay signed in',
  signedOutTitle: 'You are signed out',
  signedOutLead: (service) => `You are signed out of ${service} in this browser.`,
  stayedTitle: 'You are still signed in',
  stayedLead: (service) => `You are still signed in to ${service} in this browser.`,
}
