import type { ErrorPageTexts } from '../error_texts.ts'

export const sv: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'Den här inloggningslänken fungerar inte',
      advice:
        'Inget har hänt med ditt konto. Gå tillbaka till appen och börja logga in igen. Om du öppnade en gammal länk eller kom hit med bakåtknappen behöver du inte göra något mer.',
    },
    ended: {
      title: 'Den här inloggningen är avslutad',
      advice:
        'Den blev klar, eller så gick det för lång tid. Om appen inte loggade in dig, gå tillbaka till den och börja om.',
    },
    cookies: {
      title: 'Din webbläsare sparar inga kakor',
      advice:
        'Inloggningen behöver kakor (cookies). Tillåt dem för den här webbplatsen i webbläsarens inställningar och försök igen.',
    },
    scripts: {
      title: 'Din webbläsare kör inget JavaScript',
      advice:
        'Den här sidan behöver JavaScript. Tillåt det för den här webbplatsen i webbläsarens inställningar och försök igen.',
    },
    browser: {
      title: 'Sidan går inte att öppna i din webbläsare',
      advice:
        'Webbläsaren, eller något mellan den och oss, utelämnar det som skyddar ditt konto här. Uppdatera webbläsaren eller använd en annan.',
    },
    nowhere: {
      title: 'Det finns ingen sida här',
      advice: 'Adressen kan vara felskriven, eller så har sidan flyttats.',
    },
    'too many': {
      title: 'För många sidor har öppnats',
      advice: 'De kom från ditt nätverk på kort tid. Vänta en stund och försök igen.',
    },
    attempts: {
      title: 'För många försök',
      advice:
        'De kom från ditt nätverk eller gällde ditt konto under kort tid. Vänta en stund och försök igen.',
    },
    'not whole': {
      title: 'Det du skickade kom inte fram helt',
      advice:
        'Det var för långt eller så var anslutningen för långsam, så inget har gjorts. Gå tillbaka och skicka mindre, eller försök igen.',
    },
    server: {
      title: 'Något gick fel här',
      advice:
        'Felet är vårt. Vänta en stund och försök igen. Om du hade skickat något, se först efter om det blev gjort.',
    },
  },
  forMakers: 'Om det händer igen, berätta det för dem som har gjort appen:',
  toAccount: 'Gå till ditt konto',
  toApp: (host) => `Tillbaka till ${host}`,
  again: 'Försök igen',
  giveUp: 'Tillbaka till appen',
  goOn: 'Fortsätt',
}
