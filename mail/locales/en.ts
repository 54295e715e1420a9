import type { MailTexts } from '../texts.ts'

export const en: MailTexts = {
  language: 'en',
  greeting: (handle) => `Hello @${handle},`,
  codeLabel: 'Your code',
  colon: ':',
  occasion: 'Time and place',
  lifetime: (minutes) => `The code works once and expires in ${minutes} minutes.`,
  secrecy: 'Keep it to yourself: nobody who helps you with your account needs it.',
  accountPage: 'Your account page',
  securityPage: 'Your security page',
  signOut: 'Sign out everywhere',
  signOutAdvice: (days) =>
    `This link signs out every device and app, and ends app passwords. You need not be signed in to use it. It works once, within ${days} days.`,
  sentBy: (service) => `Sent by ${service}, where your account signs in.`,
  purposes: {
    resetPassword: {
      subject: 'Reset your password',
      heading: 'Reset your password',
      body: 'We received a request to reset the password of your account. To choose a new one, enter this code together with your new password.',
      unrequested: 'If it was not you, ignore this email: your password stays as it is.',
    },
    confirmEmail: {
      subject: 'Confirm your email address',
      heading: 'Confirm your email address',
      body: 'To confirm that this address belongs to your account, enter this code where you were asked for it.',
      unrequested:
        'If you did not ask for this, ignore this email: the address will not be confirmed.',
    },
    updateEmail: {
      subject: 'Change your email address',
      heading: 'Change your email address',
      body: 'We received a request to use another email address for your account. To allow it, enter this code together with the new address.',
      unrequested:
        'If it was not you, your address stays as it is. Someone may have access to your account, though: please change your password.',
    },
    plcOperation: {
      subject: 'Confirm a change to your identity',
      heading: 'Confirm a change to your identity',
      body: 'We received a request to sign a PLC operation, a change to the identity (DID) of your account, such as moving to another server. To allow it, enter this code. Whoever has it can take over your identity.',
      unrequested:
        'If it was not you, someone may have access to your account: please change your password right away and share this code with no one.',
    },
    deleteAccount: {
      subject: 'Delete your account',
      heading: 'Delete your account',
      body: 'We received a request to delete your account. To delete it permanently, enter this code together with your password. This cannot be undone.',
      unrequested:
        'If it was not you, your account stays, but someone may have access to it: please change your password right away.',
    },
    signInCode: {
      subject: 'Your sign-in code',
      heading: 'Finish signing in',
      body: 'Someone, hopefully you, is signing in to your account with your password. To finish signing in, enter this code.',
      unrequested:
        'If it was not you, someone knows your password: please change it right away. Without this code they cannot sign in.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Your password was changed',
      heading: 'Your password was changed',
      body: 'The password of your account was changed, and every device and app was signed out. Sign in again with the new password.',
      unrequested:
        'If it was not you, someone may have access to your mailbox: secure it first, then reset your password right away.',
    },
    emailChanged: {
      subject: 'Your email address was changed',
      heading: 'Your email address was changed',
      body: 'Your account has another email address now. This one gets no more mail about it.',
      unrequested:
        'If it was not you, someone has access to your account: sign in, change your password right away and set your address again.',
    },
    appPasswordCreated: {
      subject: 'An app password was made',
      heading: 'An app password was made',
      body: 'An app password was made for your account. With it an app can sign in without your password and without a code.',
      unrequested:
        'If it was not you, someone has access to your account: revoke it on the security page, and change your password right away.',
    },
    factorAdded: {
      subject: 'A second factor was added',
      heading: 'A second factor was added',
      body: (factor) => `A second factor was added to your account: ${factor}.`,
      unrequested:
        'If it was not you, someone has access to your account: sign in, change your password right away and remove it.',
    },
    factorRemoved: {
      subject: 'A second factor was removed',
      heading: 'A second factor was removed',
      body: (factor) => `A second factor was removed from your account: ${factor}.`,
      unrequested:
        'If it was not you, someone has access to your account: sign in, change your password right away and set it up again.',
    },
    protectionOff: {
      subject: 'A protection was turned off',
      heading: 'A protection was turned off',
      body: (protection) => `A protection of your account was turned off: ${protection}.`,
      unrequested:
        'If it was not you, someone has access to your account: sign out everywhere, reset your password right away and turn the protection on again.',
    },
    recoveryCodeUsed: {
      subject: 'A recovery code was used',
      heading: 'A recovery code was used',
      body: (left) => `One of the recovery codes of your account was used. Codes left: ${left}.`,
      unrequested:
        'If it was not you, someone knows your password and has your codes: change your password right away and make new codes.',
    },
    accountDeactivated: {
      subject: 'Your account was deactivated',
      heading: 'Your account was deactivated',
      body: 'Your account was deactivated: its profile and its posts are not shown any more. You can still sign in and activate it again.',
      unrequested:
        'If it was not you, someone has access to your account: sign out everywhere, reset your password right away and activate your account again.',
    },
    refreshTokenReused: {
      subject: 'An app was signed out to protect you',
      heading: 'An app was signed out to protect you',
      body: (app) =>
        `What keeps ${app} signed in (a refresh token) was used a second time. That happens when it was stolen, and sometimes because the app has a fault. The app was signed out.`,
      unrequested:
        'Sign in to the app again. If it happens again, or if your security page shows something that you do not know, sign out everywhere and reset your password.',
    },
    newDevice: {
      subject: 'A new device signed in',
      heading: 'A new device signed in',
      body: 'Someone signed in to your account from a device that your account does not know.',
      unrequested:
        'If it was not you, someone has access to your account: sign out everywhere and reset your password right away.',
    },
    passwordRefused: {
      subject: 'Your password was entered in an app',
      heading: 'Your password was entered in an app',
      body: 'Someone entered your password in an app. The app was not signed in, because your account takes only app passwords there.',
      unrequested:
        'If it was not you, someone knows your password: reset it right away. If it was you, make an app password for the app on the security page.',
    },
    operatorAdded: {
      subject: 'You are an operator now',
      heading: 'You are an operator now',
      body: 'Your account may now use the operator’s page of this service, where accounts, invite codes and servers are managed.',
      unrequested:
        'If you did not expect this, tell the operator of this service, and make sure that nobody else knows your password.',
    },
    operatorRemoved: {
      subject: 'You are no longer an operator',
      heading: 'You are no longer an operator',
      body: 'Your account may no longer use the operator’s page of this service.',
      unrequested: 'If you did not expect this, ask the operator of this service.',
    },
    passwordRemoved: {
      subject: 'Your password was removed',
      heading: 'Your password was removed',
      body: 'The password of your account was removed: from now on it is signed in to with a passkey. App passwords go on.',
      unrequested:
        'If it was not you, someone has access to your account: sign out everywhere, set a new password by email right away, and remove the passkeys that you do not know.',
    },
  },
  localApp: 'a local app',
  factors: {
    passkey: 'passkey',
    totp: 'authenticator app',
    mail: 'code by email',
    recovery: 'recovery codes',
  },
  protections: {
    newDeviceMails: 'emails about sign-ins from new devices',
    onlyAppPasswords: 'app passwords only',
  },
}
