import type { SignUpTexts } from '../texts.ts'

export const fr: SignUpTexts = {
  title: 'Créer un compte avec une clé d’accès',
  lead: 'Vous vous connectez par empreinte, visage ou verrouillage d’écran, sans mot de passe.',
  handle: 'Nom d’utilisateur',
  domain: 'Fin du nom d’utilisateur',
  inviteCode: 'Code d’invitation',
  next: 'Suivant',
  withPassword: 'Utiliser plutôt un mot de passe',
  makeTitle: 'Créez votre clé d’accès',
  makeLead: (handle) => `Votre appareil la garde pour @${handle}. Votre compte est créé ensuite.`,
  make: 'Créer la clé d’accès',
  doneTitle: 'Votre compte est prêt',
  doneLead:
    'Si vous perdez votre clé d’accès, définissez un mot de passe par e-mail, puis connectez-vous avec lui et l’un de ces codes.',
  goOn: 'Continuer',
  handleTaken: 'Ce nom d’utilisateur est déjà pris. Choisissez-en un autre.',
  handleWrong:
    'Ce nom d’utilisateur ne peut pas être utilisé. Choisissez-en un autre, de 3 à 18 lettres, chiffres ou tirets.',
  emailTaken: 'Un compte a déjà cette adresse e-mail.',
  inviteWrong: 'Ce code d’invitation n’est pas valable.',
  underWay:
    'Une inscription avec ce nom d’utilisateur, cette adresse e-mail ou ce code d’invitation n’est pas terminée. Si c’est la vôtre, patientez quelques minutes. Vous pourrez ensuite vous connecter ou vous inscrire de nouveau.',
  captchaMissing: 'Montrez que vous êtes humain, sous le formulaire.',
  closed: 'Aucun compte ne peut être créé ici pour le moment.',
  notAccepted: 'Cette clé d’accès n’a pas été acceptée. Réessayez.',
  stale: 'La page est restée ouverte trop longtemps. Réessayez.',
}
