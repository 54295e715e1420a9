import type { OpenidTexts } from '../texts.ts'

export const ro: OpenidTexts = {
  title: (app) => `Conectare la ${app}`,
  lead: (name) => `Sunteți conectat ca ${name}.`,
  unvouched: (service, name) =>
    `${name ? `Se prezintă drept „${name}”. ` : ''}${service} nu știe cine se află în spatele ei.`,
  gets: (app) => `${app} primește:`,
  identifier: 'Identificatorul contului dvs., care nu se schimbă',
  profile: 'Numele, numele de utilizator și imaginea dvs.',
  email: 'Adresa dvs. de e-mail',
  offline: 'Rămâne conectată cât timp lipsiți',
  uses: (resource) => `Poate folosi ${resource} în numele dvs.:`,
  local: (app) =>
    `${app} rulează pe dispozitivul dvs. și nimeni nu poate garanta că este ceea ce spune. Continuați doar dacă tocmai ați pornit-o chiar dvs.`,
  allow: 'Permiteți',
  refuse: 'Anulare',
  otherAccount: 'Folosiți alt cont',

  deviceTitle: 'Conectați un dispozitiv',
  deviceLead: 'Introduceți codul afișat de dispozitiv sau de program.',
  code: 'Cod',
  goOn: 'Continuare',
  wrongCode: 'Codul este greșit, a fost folosit sau a expirat.',
  askedFrom: (app, from) =>
    `${app} cere să se conecteze cu contul dvs. Cererea vine de la ${from}.`,
  codeShown: (code) =>
    `Continuați doar dacă dispozitivul dvs. afișează ${code} și ați început chiar dvs. Dacă cineva v-a trimis codul, anulați.`,
  deviceDone: 'Dispozitivul este conectat',
  deviceDoneLead: (app) => `Puteți închide pagina și reveni la ${app}.`,
  deviceRefused: 'Dispozitivul nu este conectat',
  deviceRefusedLead: (app) => `${app} nu a primit nimic. Puteți închide pagina.`,

  signOutTitle: 'Vă deconectați?',
  signOutLead: (service, app) =>
    app
      ? `${app} cere să vă deconecteze de la ${service} în acest browser.`
      : `Veți fi deconectat de la ${service} în acest browser.`,
  signOut: 'Deconectare',
  stay: 'Rămâneți conectat',
  signedOutTitle: 'V-ați deconectat',
  signedOutLead: (service) => `V-ați deconectat de la ${service} în acest browser.`,
  stayedTitle: 'Sunteți în continuare conectat',
  stayedLead: (service) => `Sunteți în continuare conectat la ${service} în acest browser.`,
}
