import type { ErrorPageTexts } from '../error_texts.ts'

export const ro: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'Acest link de conectare nu funcționează',
      advice:
        'Contul dvs. nu a fost afectat. Întoarceți-vă în aplicație și conectați-vă din nou. Dacă ați deschis un link vechi sau ați ajuns aici cu butonul „Înapoi”, nu trebuie să faceți nimic altceva.',
    },
    ended: {
      title: 'Această conectare s-a încheiat',
      advice:
        'A fost finalizată sau a trecut prea mult timp. Dacă aplicația nu v-a conectat, întoarceți-vă la ea și luați-o de la capăt.',
    },
    cookies: {
      title: 'Browserul dvs. nu păstrează cookie-uri',
      advice:
        'Conectarea are nevoie de cookie-uri. Permiteți-le pentru acest site în setările browserului, apoi încercați din nou.',
    },
    scripts: {
      title: 'Browserul dvs. nu rulează JavaScript',
      advice:
        'Această pagină are nevoie de JavaScript. Permiteți-l pentru acest site în setările browserului, apoi încercați din nou.',
    },
    browser: {
      title: 'Pagina nu se deschide în browserul dvs.',
      advice:
        'Browserul sau ceva aflat între el și noi omite ceea ce vă protejează contul. Actualizați browserul sau folosiți altul.',
    },
    nowhere: {
      title: 'Aici nu există nicio pagină',
      advice: 'Poate că adresa este scrisă greșit sau pagina a fost mutată.',
    },
    'too many': {
      title: 'S-au deschis prea multe pagini',
      advice:
        'Au venit din rețeaua dvs. într-un timp scurt. Așteptați puțin, apoi încercați din nou.',
    },
    attempts: {
      title: 'Prea multe încercări',
      advice:
        'Au venit din rețeaua dvs. sau au fost făcute pentru contul dvs. în scurt timp. Așteptați puțin, apoi încercați din nou.',
    },
    'not whole': {
      title: 'Ce ați trimis nu a ajuns în întregime',
      advice:
        'A fost prea lung sau conexiunea a fost prea lentă, așa că nu s-a făcut nimic. Reveniți și trimiteți mai puțin sau încercați din nou.',
    },
    server: {
      title: 'Ceva nu a mers la noi',
      advice:
        'Este vina noastră. Așteptați o clipă, apoi încercați din nou. Dacă ați trimis ceva, verificați întâi dacă s-a făcut.',
    },
  },
  forMakers: 'Dacă se întâmplă din nou, spuneți-le celor care au făcut aplicația:',
  toAccount: 'Mergeți la contul dvs.',
  toApp: (host) => `Înapoi la ${host}`,
  again: 'Încercați din nou',
  giveUp: 'Înapoi la aplicație',
  goOn: 'Continuare',
}
