import type { HomeTexts } from '../texts.ts'

export const ro: HomeTexts = {
  title: 'Conectați-vă la contul dvs.',
  about: (service) =>
    `${service} păstrează conturi pentru aplicații ale AT Protocol, cum este Bluesky. Aplicațiile vă trimit aici pentru conectare, așa că nu vă văd niciodată parola. Tot aici puteți vedea ce aplicații au acces la contul dvs. și le puteți retrage accesul.`,
  account: 'Mergeți la contul dvs.',
  signUp: 'Creați un cont',
  aboutHandle: (service) =>
    `Acesta este numele unui cont de la ${service}. Ca să vedeți ce a publicat, căutați numele într-o aplicație.`,
  signInAt: (host) => `Este al dvs.? Conectați-vă la ${host}`,
  nobody: 'Nimeni nu are acest nume',
  aboutNobody: (handle, service) =>
    `La ${service} nu există niciun cont activ cu numele @${handle}. Poate că are acum alt nume.`,
  toService: (service) => `Mergeți la ${service}`,
  home: 'Acasă',
  termsOfService: 'Termenii serviciului',
  privacyPolicy: 'Politica de confidențialitate',
  support: 'Asistență',
}
