import type { MailTexts } from '../texts.ts'

export const fr: MailTexts = {
  language: 'fr',
  greeting: (handle) => `Bonjour @${handle},`,
  codeLabel: 'Votre code',
  colon: ' :',
  occasion: 'Date et lieu',
  lifetime: (minutes) => `Le code ne sert qu’une fois et expire dans ${minutes} minutes.`,
  secrecy: 'Gardez-le pour vous : personne n’en a besoin pour vous aider avec votre compte.',
  accountPage: 'La page de votre compte',
  securityPage: 'Votre page de sécurité',
  signOut: 'Se déconnecter partout',
  signOutAdvice: (days) =>
    `Ce lien déconnecte tous les appareils et toutes les applications, et met fin aux mots de passe d’application. Il n’est pas nécessaire d’être connecté pour l’utiliser. Il fonctionne une seule fois, pendant ${days} jours.`,
  sentBy: (service) => `Envoyé par ${service}, où votre compte se connecte.`,
  purposes: {
    resetPassword: {
      subject: 'Réinitialiser votre mot de passe',
      heading: 'Réinitialiser votre mot de passe',
      body: 'Nous avons reçu une demande de réinitialisation du mot de passe de votre compte. Pour en choisir un nouveau, saisissez ce code avec votre nouveau mot de passe.',
      unrequested:
        'Si cette demande ne vient pas de vous, ignorez cet e-mail : votre mot de passe reste inchangé.',
    },
    confirmEmail: {
      subject: 'Confirmer votre adresse e-mail',
      heading: 'Confirmer votre adresse e-mail',
      body: 'Pour confirmer que cette adresse est bien celle de votre compte, saisissez ce code là où il vous a été demandé.',
      unrequested:
        'Si cette demande ne vient pas de vous, ignorez cet e-mail : l’adresse ne sera pas confirmée.',
    },
    updateEmail: {
      subject: 'Changer votre adresse e-mail',
      heading: 'Changer votre adresse e-mail',
      body: 'Nous avons reçu une demande de changement d’adresse e-mail pour votre compte. Pour l’autoriser, saisissez ce code avec la nouvelle adresse.',
      unrequested:
        'Si cette demande ne vient pas de vous, votre adresse reste inchangée. Quelqu’un a cependant peut-être accès à votre compte : veuillez changer votre mot de passe.',
    },
    plcOperation: {
      subject: 'Confirmer un changement de votre identité',
      heading: 'Confirmer un changement de votre identité',
      body: 'Nous avons reçu une demande de signature d’une opération PLC, c’est-à-dire d’un changement de l’identité (DID) de votre compte, par exemple pour passer à un autre serveur. Pour l’autoriser, saisissez ce code. Toute personne qui le possède peut prendre le contrôle de votre identité.',
      unrequested:
        'Si cette demande ne vient pas de vous, quelqu’un a peut-être accès à votre compte : changez immédiatement votre mot de passe et ne donnez ce code à personne.',
    },
    deleteAccount: {
      subject: 'Supprimer votre compte',
      heading: 'Supprimer votre compte',
      body: 'Nous avons reçu une demande de suppression de votre compte. Pour le supprimer définitivement, saisissez ce code avec votre mot de passe. Cette action est irréversible.',
      unrequested:
        'Si cette demande ne vient pas de vous, votre compte est conservé, mais quelqu’un y a peut-être accès : changez immédiatement votre mot de passe.',
    },
    signInCode: {
      subject: 'Votre code de connexion',
      heading: 'Terminer la connexion',
      body: 'Quelqu’un, vous sans doute, est en train de se connecter à votre compte avec votre mot de passe. Pour terminer la connexion, saisissez ce code.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un connaît votre mot de passe : changez-le immédiatement. Sans ce code, la connexion est impossible.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Votre mot de passe a été modifié',
      heading: 'Votre mot de passe a été modifié',
      body: 'Le mot de passe de votre compte a été modifié et tous les appareils et applications ont été déconnectés. Connectez-vous de nouveau avec le nouveau mot de passe.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a peut-être accès à votre messagerie : sécurisez-la d’abord, puis réinitialisez immédiatement votre mot de passe.',
    },
    emailChanged: {
      subject: 'Votre adresse e-mail a été modifiée',
      heading: 'Votre adresse e-mail a été modifiée',
      body: 'Votre compte a désormais une autre adresse e-mail. Celle-ci ne recevra plus de messages à son sujet.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : connectez-vous, changez immédiatement votre mot de passe et rétablissez votre adresse.',
    },
    appPasswordCreated: {
      subject: 'Un mot de passe d’application a été créé',
      heading: 'Un mot de passe d’application a été créé',
      body: 'Un mot de passe d’application a été créé pour votre compte. Avec lui, une application peut se connecter sans votre mot de passe et sans code.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : révoquez-le sur la page de sécurité et changez immédiatement votre mot de passe.',
    },
    factorAdded: {
      subject: 'Un second facteur a été ajouté',
      heading: 'Un second facteur a été ajouté',
      body: (factor) => `Un second facteur a été ajouté à votre compte : ${factor}.`,
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : connectez-vous, changez immédiatement votre mot de passe et supprimez-le.',
    },
    factorRemoved: {
      subject: 'Un second facteur a été supprimé',
      heading: 'Un second facteur a été supprimé',
      body: (factor) => `Un second facteur a été supprimé de votre compte : ${factor}.`,
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : connectez-vous, changez immédiatement votre mot de passe et configurez-le de nouveau.',
    },
    protectionOff: {
      subject: 'Une protection a été désactivée',
      heading: 'Une protection a été désactivée',
      body: (protection) => `Une protection de votre compte a été désactivée : ${protection}.`,
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : déconnectez-vous partout, réinitialisez immédiatement votre mot de passe et réactivez la protection.',
    },
    recoveryCodeUsed: {
      subject: 'Un code de secours a été utilisé',
      heading: 'Un code de secours a été utilisé',
      body: (left) =>
        `L’un des codes de secours de votre compte a été utilisé. Codes restants : ${left}.`,
      unrequested:
        'Si ce n’est pas vous, quelqu’un connaît votre mot de passe et possède vos codes : changez immédiatement votre mot de passe et créez de nouveaux codes.',
    },
    accountDeactivated: {
      subject: 'Votre compte a été désactivé',
      heading: 'Votre compte a été désactivé',
      body: 'Votre compte a été désactivé : son profil et ses publications ne sont plus affichés. Vous pouvez toujours vous connecter et le réactiver.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : déconnectez-vous partout, réinitialisez immédiatement votre mot de passe et réactivez votre compte.',
    },
    refreshTokenReused: {
      subject: 'Une application a été déconnectée pour vous protéger',
      heading: 'Une application a été déconnectée pour vous protéger',
      body: (app) =>
        `Ce qui maintient ${app} connectée (un jeton d’actualisation) a été utilisé une seconde fois. Cela arrive lorsqu’il a été volé, et parfois à cause d’un défaut de l’application. L’application a été déconnectée.`,
      unrequested:
        'Connectez-vous de nouveau dans l’application. Si cela se reproduit, ou si votre page de sécurité montre quelque chose que vous ne connaissez pas, déconnectez-vous partout et réinitialisez votre mot de passe.',
    },
    newDevice: {
      subject: 'Connexion depuis un nouvel appareil',
      heading: 'Connexion depuis un nouvel appareil',
      body: 'Quelqu’un s’est connecté à votre compte depuis un appareil que votre compte ne connaît pas.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : déconnectez-vous partout et réinitialisez immédiatement votre mot de passe.',
    },
    passwordRefused: {
      subject: 'Votre mot de passe a été saisi dans une application',
      heading: 'Votre mot de passe a été saisi dans une application',
      body: 'Quelqu’un a saisi votre mot de passe dans une application. Elle n’a pas été connectée, car votre compte n’y accepte que les mots de passe d’application.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un connaît votre mot de passe : réinitialisez-le immédiatement. Si c’était vous, créez un mot de passe d’application sur la page de sécurité.',
    },
    operatorAdded: {
      subject: 'Vous êtes maintenant opérateur',
      heading: 'Vous êtes maintenant opérateur',
      body: 'Votre compte peut désormais utiliser la page de l’opérateur de ce service, où sont gérés les comptes, les codes d’invitation et les serveurs.',
      unrequested:
        'Si vous ne vous y attendiez pas, prévenez l’opérateur de ce service et assurez-vous que personne d’autre ne connaît votre mot de passe.',
    },
    operatorRemoved: {
      subject: 'Vous n’êtes plus opérateur',
      heading: 'Vous n’êtes plus opérateur',
      body: 'Votre compte ne peut plus utiliser la page de l’opérateur de ce service.',
      unrequested: 'Si vous ne vous y attendiez pas, demandez à l’opérateur de ce service.',
    },
    passwordRemoved: {
      subject: 'Votre mot de passe a été retiré',
      heading: 'Votre mot de passe a été retiré',
      body: 'Le mot de passe de votre compte a été retiré : la connexion se fait désormais avec une clé d’accès. Les mots de passe d’application restent valables.',
      unrequested:
        'Si ce n’est pas vous, quelqu’un a accès à votre compte : déconnectez-vous partout, définissez immédiatement un nouveau mot de passe par e-mail et retirez les clés d’accès que vous ne connaissez pas.',
    },
  },
  localApp: 'une application locale',
  factors: {
    passkey: 'clé d’accès',
    totp: 'application d’authentification',
    mail: 'code par e-mail',
    recovery: 'codes de secours',
  },
  protections: {
    newDeviceMails: 'e-mails sur les connexions depuis de nouveaux appareils',
    onlyAppPasswords: 'mots de passe d’application uniquement',
  },
}
