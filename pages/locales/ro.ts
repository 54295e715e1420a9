import type { HomeTexts } from '../texts.ts'

export const ro: HomeTexts = {
  title: 'Autentifică-te în contul tău',
  about: (service) =>
    `${service} păstrează conturi pentru aplicații ale AT Protocol, cum este Bluesky. Aplicațiile te trimit aici pentru autentificare, așa că nu îți văd niciodată parola. Tot aici poți vedea ce aplicații au acces la contul tău și le poți retrage accesul.`,
  account: 'Mergi la contul tău',
  signUp: 'Creează un cont',
  aboutHandle: (service) =>
    `Acesta este numele unui cont de la ${service}. Ca să vezi ce a publicat, caută numele într-o aplicație.`,
  signInAt: (host) => `Este al tău? Autentifică-te la ${host}`,
  nobody: 'Nimeni nu are acest nume',
  aboutNobody: (handle, service) =>
    `La ${service} nu există niciun cont activ cu numele @${handle}. Poate că are acum alt nume.`,
  toService: (service) => `Mergi la ${service}`,
  home: 'Acasă',
  termsOfService: 'Termenii serviciului',
  privacyPolicy: 'Politica de confidențialitate',
  support: 'Asistență',
}
