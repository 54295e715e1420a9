import type { HomeTexts } from '../texts.ts'

export const fr: HomeTexts = {
  title: 'Connectez-vous à votre compte',
  about: (service) =>
    `${service} héberge des comptes pour les applications de l’AT Protocol, comme Bluesky. Une application vous envoie ici pour vous connecter : elle ne voit jamais votre mot de passe. Vous pouvez aussi voir ici quelles applications ont accès à votre compte, et leur retirer cet accès.`,
  account: 'Aller à votre compte',
  signUp: 'Créer un compte',
  aboutHandle: (service) =>
    `C’est le nom d’un compte de ${service}. Pour voir ce qu’il a publié, cherchez ce nom dans une application.`,
  signInAt: (host) => `C’est le vôtre ? Connectez-vous sur ${host}`,
  nobody: 'Personne ne porte ce nom',
  aboutNobody: (handle, service) =>
    `Aucun compte actif ne s’appelle @${handle} sur ${service}. Il porte peut-être un autre nom maintenant.`,
  toService: (service) => `Aller sur ${service}`,
  home: 'Accueil',
  termsOfService: 'Conditions d’utilisation',
  privacyPolicy: 'Politique de confidentialité',
  support: 'Assistance',
}
