import type { SignInTexts } from '../texts.ts'

export const fr: SignInTexts = {
  title: 'Connexion',
  choose: 'Choisissez un compte',
  passwordNeeded: 'Mot de passe requis',
  notReached: 'Indisponible tant que ce service ne l’a pas réparé.',
  anotherAccount: 'Un autre compte',
  enterPassword: 'Saisissez votre mot de passe pour continuer.',
  username: 'Nom d’utilisateur ou adresse e-mail',
  password: 'Mot de passe',
  show: 'Afficher',
  hide: 'Masquer',
  forgotten: 'Mot de passe oublié ?',
  trust: 'Ne saisissez votre mot de passe que sur des sites de confiance.',
  remember: 'Se souvenir de ce compte sur cet appareil',
  signIn: 'Se connecter',
  withPasskey: 'Se connecter avec une clé d’accès',
  signUp: 'Créer un nouveau compte',
  signUpWithPasskey: 'Créer un compte avec une clé d’accès',
  back: 'Retour',
  cancel: 'Annuler',
  goesTo: (host) => `Vous continuez vers ${host}.`,
  goOn: 'Continuer',
  codeTitle: 'Saisissez votre code',
  passkeyTitle: 'Utilisez votre clé d’accès',
  codes: {
    passkey: {
      use: 'Utiliser une clé d’accès',
      label: 'Utiliser la clé d’accès',
      lead: () => 'Confirmez qu’il s’agit bien de vous avec une clé d’accès de ce compte.',
    },
    totp: {
      use: 'Utiliser l’application d’authentification',
      label: 'Code de l’application',
      lead: () =>
        'Ouvrez votre application d’authentification et saisissez les 6 chiffres qu’elle affiche pour ce compte.',
    },
    mail: {
      use: 'Envoyer un code par e-mail',
      label: 'Code reçu par e-mail',
      lead: (hint) => `Nous avons envoyé un code à ${hint}. Saisissez-le ici.`,
    },
    recovery: {
      use: 'Utiliser un code de secours',
      label: 'Code de secours',
      lead: () =>
        'Saisissez l’un des codes de secours que vous avez conservés. Chacun ne sert qu’une fois.',
    },
  },
  codeBesidePassword: 'Code de votre application d’authentification',
  codeCanWait:
    'Vous pouvez laisser ce champ vide. La page suivante demandera alors le code ou une autre preuve.',
  code: 'Code reçu par e-mail',
  confirm: 'Confirmer',
  trustDevice: (days) => `Ne plus demander sur cet appareil pendant ${days} jours`,
  sendAgain: 'Envoyer un autre code',
  sentAgain: 'Un autre code est en route. Le précédent n’est plus valable.',
  resetTitle: 'Réinitialisez votre mot de passe',
  resetLead: 'Saisissez l’adresse e-mail de votre compte : nous vous enverrons un code.',
  email: 'Adresse e-mail',
  sendCode: 'Envoyer le code',
  haveCode: 'J’ai déjà un code',
  newPasswordTitle: 'Choisissez un nouveau mot de passe',
  newPasswordLead:
    'Saisissez le code reçu par e-mail. Il n’arrive que si un compte a cette adresse.',
  newPassword: 'Nouveau mot de passe',
  length: (least, most) => `De ${least} à ${most} caractères.`,
  save: 'Enregistrer le mot de passe',
  saved: 'Votre mot de passe a été modifié. Connectez-vous avec le nouveau.',
  deleted: 'Votre compte a été supprimé.',
  passkeysStay:
    'Les clés d’accès permettent toujours de se connecter à votre compte. Retirez celles que vous ne connaissez pas :',
  toPasskeys: 'Se connecter et voir les clés d’accès',
  reactivation: {
    title: 'Réactiver votre compte ?',
    lead: (name) => `${name} est désactivé.`,
    what: 'La réactivation rend votre profil et votre contenu à nouveau visibles.',
    confirm: 'Oui, réactiver mon compte',
  },
  wrongPassword:
    'Nom d’utilisateur ou mot de passe incorrect. Un compte sans mot de passe se connecte avec sa clé d’accès.',
  noPasskey: 'Aucune clé d’accès n’a été utilisée. Réessayez ou choisissez un autre moyen.',
  passkeyNeedsScript: 'L’utilisation d’une clé d’accès nécessite JavaScript.',
  wrongCode: {
    passkey: 'Cette clé d’accès n’a pas été acceptée. Réessayez ou choisissez un autre moyen.',
    totp: 'Ce code est erroné ou a déjà été utilisé. Attendez le suivant.',
    recovery: 'Ce code est erroné ou a déjà été utilisé.',
  },
  captcha:
    'Plusieurs connexions ont échoué. Confirmez ci-dessous que vous êtes humain, puis saisissez à nouveau votre mot de passe.',
  captchaScript:
    'Plusieurs connexions ont échoué : il faut d’abord confirmer que vous êtes humain. Cela nécessite JavaScript : activez-le pour cette page ou réessayez plus tard.',
  takenDown: 'Ce compte a été suspendu. Vous ne pouvez pas vous y connecter.',
  stale: 'La page est restée ouverte trop longtemps. Veuillez vous reconnecter.',
  noEmail: 'Ceci n’est pas une adresse e-mail.',
}
