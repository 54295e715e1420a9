import type { ErrorPageTexts } from '../error_texts.ts'

export const en: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'This sign-in link does not work',
      advice:
        'Nothing happened to your account. Go back to the app and start signing in again. If you opened an old link or the back button brought you here, that is all you need to do.',
    },
    ended: {
      title: 'This sign-in has ended',
      advice:
        'It was finished, or too much time went by. If the app did not sign you in, go back to it and start again.',
    },
    cookies: {
      title: 'Your browser keeps no cookies',
      advice:
        'Signing in here needs cookies. Allow them for this site in the settings of your browser, then try again.',
    },
    scripts: {
      title: 'Your browser runs no scripts',
      advice:
        'This page needs JavaScript. Allow it for this site in the settings of your browser, then try again.',
    },
    browser: {
      title: 'This page does not open in your browser',
      advice:
        'The browser, or something between it and us, leaves out what protects your account here. Update the browser or use another one.',
    },
    nowhere: {
      title: 'There is no page here',
      advice: 'The address may be mistyped, or the page has moved.',
    },
    'too many': {
      title: 'Too many pages were opened',
      advice: 'They came from your network in a short time. Wait a while, then try again.',
    },
    attempts: {
      title: 'Too many attempts',
      advice:
        'They came from your network or were made for your account in a short time. Wait a while, then try again.',
    },
    'not whole': {
      title: 'What you sent did not arrive whole',
      advice:
        'It was too long or the connection was too slow, so nothing was done. Go back and send less, or try again.',
    },
    server: {
      title: 'Something went wrong here',
      advice:
        'It is our fault. Wait a moment, then try again. If you had sent something, look first whether it was done.',
    },
  },
  forMakers: 'If it happens again, tell the makers of the app:',
  toAccount: 'Go to your account',
  toApp: (host) => `Go back to ${host}`,
  again: 'Try again',
  giveUp: 'Go back to the app',
  goOn: 'Continue',
}
