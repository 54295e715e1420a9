import type { PermissionTexts } from '../texts.ts'

export const ro: PermissionTexts = {
  title: 'Alegeți ce poate face aplicația',
  lead: (app, name) => `${app} cere acces la ${name}. Debifați ce nu trebuie să primească.`,
  link: 'Alegeți ce poate face aplicația',
  identity: 'Să știe care este contul dvs.',
  generic:
    'Să creeze, să modifice și să șteargă tot ce este public în contul dvs., cum ar fi postările și aprecierile, și să acționeze în numele dvs. la orice serviciu',
  readEmail: 'Să citească adresa dvs. de e-mail',
  manageEmail: 'Să citească și să schimbe adresa dvs. de e-mail',
  chat: 'Să citească și să trimită mesaje Bluesky',
  status: 'Să dezactiveze și să reactiveze contul',
  repo: 'Să înlocuiască toate datele publice ale contului',
  handle: 'Să schimbe numele de utilizator',
  fullIdentity: 'Să controleze întreaga dvs. identitate, ceea ce vă poate lăsa fără cont definitiv',
  actions: { create: 'creare', update: 'modificare', delete: 'ștergere' },
  records: (actions, what) => `Înregistrări: ${actions} (${what})`,
  anyRecords: 'de orice fel',
  calls: (methods, service) => `Să acționeze în numele dvs. la ${service} (${methods})`,
  anyMethod: 'tot ce se poate cere acolo',
  anyService: 'orice serviciu',
  uploads: (types) => `Să încarce fișiere (${types})`,
  anyFile: 'de orice fel',
  next: 'Este posibil ca aplicația să nu funcționeze pe deplin fără ce debifați. Pe pagina următoare vedeți ce rămâne și decideți.',
  goOn: 'Continuare',
}
