import type { OpenidTexts } from '../texts.ts'

export const ro: OpenidTexts = {
  title: (app) => `Conectare la ${app}`,
  lead: (name) => `Ești conectat ca ${name}.`,
  unvouched: (service, name) =>
    `${name ? `Se prezintă drept „${name}”. ` : ''}${service} nu știe cine se află în spatele ei.`,
  gets: (app) => `${app} primește:`,
  identifier: 'Identificatorul contului tău, care nu se schimbă',
  profile: 'Numele, numele de utilizator și imaginea ta',
  email: 'Adresa ta de e-mail',
  offline: 'Rămâne conectată cât timp lipsești',
  uses: (resource) => `Poate folosi ${resource} în numele tău:`,
  local: (app) =>
    `${app} rulează pe dispozitivul tău și nimeni nu poate garanta că este ceea ce spune. Continuă doar dacă tocmai ai pornit-o chiar tu.`,
  allow: 'Permite',
  refuse: 'Anulează',
  otherAccount: 'Folosește alt cont',

  deviceTitle: 'Conectează un dispozitiv',
  deviceLead: 'Introdu codul afișat de dispozitiv sau de program.',
  code: 'Cod',
  goOn: 'Continuă',
  wrongCode: 'Codul este greșit, a fost folosit sau a expirat.',
  askedFrom: (app, from) =>
    `${app} cere să se conecteze cu contul tău. Cererea vine de la ${from}.`,
  codeShown: (code) =>
    `Continuă doar dacă dispozitivul tău afișează ${code} și ai început chiar tu. Dacă cineva ți-a trimis codul, anulează.`,
  deviceDone: 'Dispozitivul este conectat',
  deviceDoneLead: (app) => `Poți închide pagina și reveni la ${app}.`,
  deviceRefused: 'Dispozitivul nu este conectat',
  deviceRefusedLead: (app) => `${app} nu a primit nimic. Poți închide pagina.`,

  signOutTitle: 'Te deconectezi?',
  signOutLead: (service, app) =>
    app
      ? `${app} cere să te deconecteze de la ${service} în acest browser.`
      : `Vei fi deconectat de la ${service} în acest browser.`,
  signOut: 'Deconectare',
  stay: 'Rămâi conectat',
  signedOutTitle: 'Te-ai deconectat',
  signedOutLead: (service) => `Te-ai deconectat de la ${service} în acest browser.`,
  stayedTitle: 'Ești în continuare conectat',
  stayedLead: (service) => `Ești în continuare conectat la ${service} în acest browser.`,
}
