import { saysManyValues, VALUES } from '../../base/few_values.ts'
import { invalidRequest } from '../../http/refuse.ts'
import type { Check } from './check.ts'

/** Has a body of JSON no more values than a request needs? The provider names each that is wrong in its answer. */
export const fewValues: Check = ({ request }) =>
  saysManyValues(request.text())
    ? invalidRequest(`A request has ${VALUES} values at most`)
    : undefined
