import { invalidRequest } from '../../http/refuse.ts'
import { saysManyValues, VALUES } from '../few_values.ts'
import type { Check } from './check.ts'

/** Has a body of JSON no more values than a request needs? The provider names each that is wrong in its answer. */
export const fewValues: Check = ({ request }) =>
  saysManyValues(request.text())
    ? invalidRequest(`A request has ${VALUES} values at most`)
    : undefined
