import type { ErrorPageTexts } from '../error_texts.ts'

export const ro: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'Acest link de autentificare nu funcționează',
      advice:
        'Contul tău nu a fost afectat. Întoarce-te în aplicație și autentifică-te din nou. Dacă ai deschis un link vechi sau ai ajuns aici cu butonul „Înapoi”, nu trebuie să faci nimic altceva.',
    },
    ended: {
      title: 'Această autentificare s-a încheiat',
      advice:
        'A fost finalizată sau a trecut prea mult timp. Dacă aplicația nu te-a autentificat, întoarce-te la ea și ia-o de la capăt.',
    },
    cookies: {
      title: 'Browserul tău nu păstrează cookie-uri',
      advice:
        'Autentificarea are nevoie de cookie-uri. Permite-le pentru acest site în setările browserului, apoi încearcă din nou.',
    },
    scripts: {
      title: 'Browserul tău nu rulează JavaScript',
      advice:
        'Autentificarea are nevoie de JavaScript. Permite-l pentru acest site în setările browserului, apoi încearcă din nou.',
    },
    browser: {
      title: 'Pagina nu se deschide în browserul tău',
      advice:
        'Browserul sau ceva aflat între el și noi omite ceea ce îți protejează contul. Actualizează browserul sau folosește altul.',
    },
    nowhere: {
      title: 'Aici nu există nicio pagină',
      advice: 'Poate că adresa este scrisă greșit sau pagina a fost mutată.',
    },
    'too many': {
      title: 'S-au deschis prea multe pagini',
      advice: 'Au venit din rețeaua ta într-un timp scurt. Așteaptă puțin, apoi încearcă din nou.',
    },
    attempts: {
      title: 'Prea multe încercări',
      advice:
        'Au venit din rețeaua ta sau au fost făcute pentru contul tău în scurt timp. Așteaptă puțin, apoi încearcă din nou.',
    },
    server: {
      title: 'Ceva nu a mers la noi',
      advice:
        'Este vina noastră, iar contul tău nu a fost afectat. Așteaptă o clipă, apoi încearcă din nou.',
    },
  },
  forMakers: 'Dacă se întâmplă din nou, spune-le celor care au făcut aplicația:',
  toAccount: 'Mergi la contul tău',
  toApp: (host) => `Înapoi la ${host}`,
  again: 'Încearcă din nou',
  giveUp: 'Înapoi la aplicație',
  goOn: 'Continuă',
}
